import type { HeldMessage } from '../core/ports/quarantine.ts';
import { fitText } from './text.ts';

const MAX_FILES = 50;

/** A held message as the stores keep it: clean text of bounded length. */
export function normaliseHeld(message: HeldMessage): HeldMessage {
  const { mailFrom, recipient, author, subject, messageId, why, files, dedupeKey } = message;
  return {
    ...message,
    dedupeKey: fitText(dedupeKey, 1024),
    why: fitText(why, 1024),
    mailFrom: fitText(mailFrom, 512),
    recipient: fitText(recipient, 512),
    author: fitText(author, 512),
    subject: fitText(subject, 1024),
    messageId: fitText(messageId, 998),
    files: files.slice(0, MAX_FILES).map((name) => fitText(name, 255)),
  };
}
