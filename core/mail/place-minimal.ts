/**
 * The message as it can be shown without parsing it: for raw bytes on which the parser failed, or may have brought
 * the isolate down (I10, I11). Nothing here loops over more than the head it is given, and nothing can throw.
 */
import { rootIndex } from './conversation-index.ts';
import type { Place } from './place.ts';
import { type NewMessage, TEXT_HEAD_BYTES } from './types.ts';

/** Bytes of the raw that the minimal form looks at. */
export const MINIMAL_HEAD_BYTES = 64 * 1024;
const PREVIEW_CHARS = 255;

export interface MinimalFacts {
  itemId: string;
  rawKey: string;
  rawSha256: string;
  dedupeKey: string;
  receivedAt: number;
  /** Bytes of the whole raw. */
  size: number;
  /** Why the message is shown like this. */
  reason: string;
  place?: Place;
}

/** A message whose body is everything after the header, as plain text. `head` is the first bytes of the raw. */
export function minimalMessage(head: Uint8Array, facts: MinimalFacts): NewMessage {
  const { size, reason, place = { folderRole: 'inbox' }, ...ids } = facts;
  const seen = head.subarray(0, MINIMAL_HEAD_BYTES);
  const bodyStart = endOfHeader(seen);
  const header = decode(seen.subarray(0, bodyStart));
  const text = decode(seen.subarray(bodyStart));
  const subject = field(header, 'subject');
  const from = field(header, 'from');
  return {
    ...ids,
    threadId: ids.itemId,
    folderRole: place.folderRole,
    ...(place.folderId === undefined ? {} : { folderId: place.folderId }),
    isRead: place.isRead ?? place.folderRole === 'sent',
    size,
    messageIdHeader: /^<([^<>\s]{1,500})>/.exec(field(header, 'message-id'))?.[1] ?? null,
    subject: subject.slice(0, 1000),
    baseSubject: subject.slice(0, 1000),
    from: from === '' ? [] : [senderOf(from)],
    sender: [],
    replyTo: [],
    to: [],
    cc: [],
    bcc: [],
    sentAt: null,
    importance: 'normal',
    contentClass: null,
    messageClass: 'IPM.Note',
    conversationIndex: rootIndex(ids.receivedAt),
    isDraft: place.isDraft ?? place.folderRole === 'drafts',
    receivedAsBcc: place.receivedAsBcc ?? false,
    preview: collapse(text.slice(0, 4 * PREVIEW_CHARS)).slice(0, PREVIEW_CHARS),
    textHead: firstBytes(text, TEXT_HEAD_BYTES),
    textSize: size - bodyStart,
    htmlSize: 0,
    bodyTextPart: 0,
    bodyHtmlPart: null,
    degraded: [reason],
    parts: [
      {
        partNo: 0,
        path: '1',
        mediaType: 'text/plain',
        charset: null,
        encoding: '8bit',
        format: null,
        disposition: null,
        name: null,
        contentId: null,
        contentLocation: null,
        bodyStart,
        bodyEnd: size,
        decodedSize: size - bodyStart,
        isAttachment: false,
        isInline: false,
      },
    ],
  };
}

/** Offset after the first empty line; 0 when there is none, so that everything is body and nothing is hidden. */
function endOfHeader(head: Uint8Array): number {
  for (let i = 0; i + 1 < head.length; i++) {
    if (head[i] !== 10) continue;
    if (head[i + 1] === 10) return i + 2;
    if (head[i + 1] === 13 && head[i + 2] === 10) return i + 3;
  }
  return 0;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replaceAll('\0', '');
}

/** First line of the first field of this name. */
function field(header: string, name: string): string {
  const lower = header.toLowerCase();
  const at = lower.startsWith(`${name}:`) ? 0 : lower.indexOf(`\n${name}:`) + 1;
  if (at === 0 && !lower.startsWith(`${name}:`)) return '';
  const end = header.indexOf('\n', at);
  return collapse(header.slice(at + name.length + 1, end < 0 ? at + 1000 : Math.min(end, at + 1000)));
}

function senderOf(value: string): { name: string; address: string } {
  const open = value.lastIndexOf('<');
  const close = value.indexOf('>', open + 1);
  if (open < 0 || close < 0) return { name: '', address: value };
  return {
    name: value.slice(0, open).replaceAll('"', '').trim(),
    address: value.slice(open + 1, close).trim(),
  };
}

function collapse(text: string): string {
  return text
    .split(/[\x00-\x20\x7f]+/)
    .filter(Boolean)
    .join(' ');
}

function firstBytes(text: string, bytes: number): string {
  const head = new TextEncoder().encode(text.slice(0, bytes)).subarray(0, bytes);
  // Leaves out a character that the cut has split.
  return new TextDecoder().decode(head, { stream: true });
}
