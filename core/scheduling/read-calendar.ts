import { decodeTextPart } from '../../codecs/mime/index.ts';
import { formatParams } from '../mail/part-format.ts';
import type { Message, MessagePart } from '../mail/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MailboxStore } from '../ports/mail.ts';
import { type Itip, parseItip } from './itip.ts';

/** Bytes of a calendar that is looked at; one that is longer is no invitation. */
export const MAX_CALENDAR_BYTES = 512 * 1024;

/** What a message says of a meeting, read from its raw; null when the raw is gone or its calendar is none. */
export async function readMeeting(
  blobs: Pick<BlobStore, 'readRange'>,
  mailbox: Pick<MailboxStore, 'parts'>,
  message: Pick<Message, 'itemId' | 'rawKey' | 'meeting'>,
): Promise<Itip | null> {
  if (message.meeting === null) return null;
  for (const part of calendarsOf(await mailbox.parts(message.itemId))) {
    const raw = await blobs.readRange(message.rawKey, part.bodyStart, part.bodyEnd);
    if (raw === null) return null;
    const { text } = decodeTextPart(raw, { ...part, params: formatParams(part.format) });
    const itip = await parseItip(text, message.meeting.method);
    if (itip !== null && itip.uid === message.meeting.uid) return itip;
  }
  return null;
}

/** Parts that may be the one: forms of the body before files. */
function calendarsOf(parts: readonly MessagePart[]): MessagePart[] {
  const all = parts.filter(
    ({ mediaType, decodedSize }) => mediaType === 'text/calendar' && decodedSize <= MAX_CALENDAR_BYTES,
  );
  return [...all.filter((one) => !one.isAttachment), ...all.filter((one) => one.isAttachment)].slice(0, 3);
}
