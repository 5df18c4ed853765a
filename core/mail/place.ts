/** From what the indexer found in a raw message to the row that a mailbox keeps of it. */
import type { MessageIndex, PartIndex } from '../../codecs/mime/types.ts';
import { indexFromThreadIndex, rootIndex } from './conversation-index.ts';
import { messageClassOf } from './message-class.ts';
import { partFormat } from './part-format.ts';
import type { FolderRole, MessagePart, NewMessage } from './types.ts';

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
  /** Beginning of the text that decides the message class (core/mail/message-class), '' when none does. */
  classText?: string;
  place?: Place;
  /** Reasons beside those of the index why the message is not complete. */
  degraded?: readonly string[];
}

/** Where a message goes and what it is there; a new message of the inbox by default. */
export interface Place {
  folderRole: FolderRole;
  folderId?: string;
  isRead?: boolean;
  isDraft?: boolean;
  receivedAsBcc?: boolean;
}

export interface BodyFacts {
  preview: string;
  /** At most TEXT_HEAD_BYTES of the plain text. */
  textHead: string;
  /** UTF-8 bytes of the plain text as it is served, and of the HTML; 0 where there is none. */
  textSize: number;
  htmlSize: number;
}

/** What the owner of the mailbox wrote knows its blind-copy recipients; anything received keeps none. */
const OWN_ROLES: ReadonlySet<FolderRole> = new Set(['sent', 'drafts', 'outbox']);

/**
 * A new message. Its conversation index is that of its own header, else that of a first message: which one it
 * answers is known only after threading.
 */
export function toNewMessage(index: MessageIndex, facts: PlaceFacts): NewMessage {
  const { body, degraded = [], classText = '', place = { folderRole: 'inbox' }, ...ids } = facts;
  const own = OWN_ROLES.has(place.folderRole);
  return {
    ...ids,
    ...body,
    folderRole: place.folderRole,
    ...(place.folderId === undefined ? {} : { folderId: place.folderId }),
    isRead: place.isRead ?? own,
    isDraft: place.isDraft ?? place.folderRole === 'drafts',
    receivedAsBcc: place.receivedAsBcc ?? false,
    messageClass: messageClassOf(index, classText),
    conversationIndex: indexFromThreadIndex(threadIndexOf(index)) ?? rootIndex(index.date ?? ids.receivedAt),
    size: index.size,
    messageIdHeader: index.messageId,
    subject: index.subject,
    from: index.from,
    sender: index.sender,
    replyTo: index.replyTo,
    to: index.to,
    cc: index.cc,
    // Nobody but who wrote it may know: a draft is its author's, in whatever folder.
    bcc: own || place.isDraft === true ? index.bcc : [],
    sentAt: index.date,
    importance: index.importance,
    contentClass: index.contentClass,
    bodyTextPart: index.bodyText,
    bodyHtmlPart: index.bodyHtml,
    degraded: [...new Set([...index.degraded, ...degraded])],
    parts: placedParts(index),
  };
}

/** The Thread-Index header, or null. */
export function threadIndexOf(index: MessageIndex): string | null {
  return index.headers.find((field) => field.name === 'thread-index')?.value ?? null;
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
    format: partFormat(part.mediaType, part.params),
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
