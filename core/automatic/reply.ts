import { join, rewriteHeader } from '../../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { htmlToText } from '../../codecs/text/index.ts';
import type { MailAddress } from '../mail/types.ts';
import type { Composer } from '../ports/outbound.ts';

export interface ReplyWords {
  /** '' for that of RFC 3834 3.1.5, made of the subject that is answered. */
  subject: string;
  format: 'text' | 'html';
  content: string;
}

export interface ReplyTo {
  from: MailAddress;
  to: MailAddress;
  index: Pick<MessageIndex, 'subject' | 'messageId' | 'references'>;
  messageId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Ids of a conversation that a reply names: its root and the nearest. */
const MAX_REFERENCES = 20;

/** An automatic reply (RFC 3834 3). */
export async function automaticReply(
  composer: Composer,
  { subject, format, content }: ReplyWords,
  { from, to, index, messageId, at }: ReplyTo,
): Promise<Uint8Array> {
  const parent = index.messageId;
  const chain = parent === null ? [] : [...new Set([...index.references, parent])];
  const html = format === 'html' ? content : null;
  const raw = await composer.compose({
    ...{ from, to: [to], cc: [], bcc: [], replyTo: [] },
    subject: subject === '' ? `Automatic reply: ${index.subject}` : subject,
    importance: 'normal',
    text: html === null ? content : htmlToText(content),
    html,
    attachments: [],
    ...{ messageId, date: at, inReplyTo: parent, threadIndex: null },
    references:
      chain.length > MAX_REFERENCES ? [...chain.slice(0, 1), ...chain.slice(1 - MAX_REFERENCES)] : chain,
  });
  // RFC 3834 5, and the words of MS-OXCMAIL 2.1.3.2.20 that keep Exchange silent.
  return join(
    rewriteHeader(raw, new Set(), ['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All']),
  );
}
