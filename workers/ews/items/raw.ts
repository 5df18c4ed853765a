import { decodeTextPart, headerBlock, type RawField, readHeaderFields } from '../../../codecs/mime/index.ts';
import { formatParams } from '../../../core/mail/part-format.ts';
import type { Message, MessagePart } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';

/** What is read at once from the beginning of a raw message: its header and, of most messages, its text. */
const HEAD_BYTES = 48 * 1024;
/** Bytes of a text part that are read at most; a larger one is cut and says so. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;

/** Raws of messages that are attached to others: they have no object of their own. */
const inside = new WeakMap<Message, Uint8Array>();

/** Says that the raw of a message is these bytes. */
export function keepRaw(message: Message, raw: Uint8Array): void {
  inside.set(message, raw);
}

/** The raw of a message that is attached to another; null for any other message. */
export function keptRaw(message: Message): Uint8Array | null {
  return inside.get(message) ?? null;
}

/** Bytes of a raw; null when it is gone. */
async function rangeOf(
  blobs: BlobStore,
  message: Message,
  start: number,
  end: number,
): Promise<Uint8Array | null> {
  const raw = inside.get(message);
  return raw === undefined ? blobs.readRange(message.rawKey, start, end) : raw.subarray(start, end);
}

/** Of each message at hand, its first bytes: header and bodies share one read. */
const heads = new WeakMap<Message, Promise<Uint8Array | null>>();
const headers = new WeakMap<Message, Promise<RawField[]>>();
const texts = new WeakMap<MessagePart, Promise<PartText | null>>();

export interface PartText {
  text: string;
  truncated: boolean;
}

function headOf(blobs: BlobStore, message: Message): Promise<Uint8Array | null> {
  let head = heads.get(message);
  if (head === undefined) {
    head = rangeOf(blobs, message, 0, Math.min(message.size, HEAD_BYTES));
    heads.set(message, head);
  }
  return head;
}

/** Fields of the header; none when the raw is gone (I7). */
export function messageHeader(blobs: BlobStore, message: Message): Promise<RawField[]> {
  let header = headers.get(message);
  if (header === undefined) {
    header = headOf(blobs, message).then((head) => (head === null ? [] : readHeaderFields(head)));
    headers.set(message, header);
  }
  return header;
}

/** The header as it stands. */
export async function headerText(blobs: BlobStore, message: Message): Promise<string | null> {
  const head = await headOf(blobs, message);
  return head === null ? null : headerBlock(head);
}

/** Text of a part of a message; null when the raw is gone. */
export function partText(blobs: BlobStore, message: Message, part: MessagePart): Promise<PartText | null> {
  let text = texts.get(part);
  if (text === undefined) {
    text = readPart(blobs, message, part);
    texts.set(part, text);
  }
  return text;
}

async function readPart(blobs: BlobStore, message: Message, part: MessagePart): Promise<PartText | null> {
  const end = Math.min(part.bodyEnd, part.bodyStart + MAX_TEXT_BYTES);
  const raw =
    end <= HEAD_BYTES
      ? ((await headOf(blobs, message))?.subarray(part.bodyStart, end) ?? null)
      : await rangeOf(blobs, message, part.bodyStart, end);
  if (raw === null) return null;
  return decodeTextPart(raw, { ...part, params: formatParams(part.format) }, { maxBytes: MAX_TEXT_BYTES });
}
