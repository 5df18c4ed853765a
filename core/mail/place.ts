/** From what the indexer found in a raw message to the row that a mailbox keeps of it. */
import type { MessageIndex, PartIndex } from '../../codecs/mime/types.ts';
import type { MessagePart, NewMessage } from './types.ts';

/** What is known of a message besides its index. */
export interface PlaceFacts {
  itemId: string;
  rawKey: string;
  /** Lower-case hex SHA-256 of the raw. */
  rawSha256: string;
  dedupeKey: string;
  threadId: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  /** RFC 5256 2.1 base subject. */
  baseSubject: string;
  body: BodyFacts;
  /** Reasons beside those of the index why the message is not complete. */
  degraded?: readonly string[];
}

export interface BodyFacts {
  preview: string;
  /** At most TEXT_HEAD_BYTES of the plain text. */
  textHead: string;
  /** UTF-8 bytes of the plain text as it is served, and of the HTML; 0 where there is none. */
  textSize: number;
  htmlSize: number;
}

/** A new message for the inbox. */
export function toNewMessage(index: MessageIndex, facts: PlaceFacts): NewMessage {
  const { body, degraded = [], ...ids } = facts;
  return {
    ...ids,
    ...body,
    folderRole: 'inbox',
    isRead: false,
    size: index.size,
    messageIdHeader: index.messageId,
    subject: index.subject,
    from: index.from,
    sender: index.sender,
    replyTo: index.replyTo,
    to: index.to,
    cc: index.cc,
    sentAt: index.date,
    importance: index.importance,
    contentClass: index.contentClass,
    bodyTextPart: index.bodyText,
    bodyHtmlPart: index.bodyHtml,
    degraded: [...new Set([...index.degraded, ...degraded])],
    parts: placedParts(index),
  };
}

/**
 * The parts a reader can ask for: all but the containers. A part is known by its place in the whole index, which
 * the same raw always gives again.
 */
function placedParts(index: MessageIndex): MessagePart[] {
  const attachments = new Set(index.attachments);
  const shown = new Set([index.bodyText, index.bodyHtml, ...index.attachments]);
  const parts: MessagePart[] = [];
  for (const [partNo, part] of index.parts.entries()) {
    if (part.mediaType.startsWith('multipart/') && !shown.has(partNo)) continue;
    parts.push(placedPart(part, partNo, attachments.has(partNo)));
  }
  return parts;
}

function placedPart(part: PartIndex, partNo: number, isAttachment: boolean): MessagePart {
  return {
    partNo,
    path: part.path,
    mediaType: part.mediaType,
    charset: part.charset,
    encoding: part.encoding,
    disposition: part.disposition,
    name: part.name,
    contentId: part.contentId,
    contentLocation: part.contentLocation,
    bodyStart: part.bodyStart,
    bodyEnd: part.bodyEnd,
    decodedSize: part.decodedSize,
    isAttachment,
    isInline: part.isInline,
  };
}
