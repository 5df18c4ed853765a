/**
 * Conversation index (MS-OXOMSG 2.2.1.3, MS-ASEMAIL 2.2.2.22): five bytes of time for the message that began a
 * conversation, and a block of five bytes for each reply to a reply. Kept as lower-case hex.
 */

const BLOCK = 10;
/** Thread-Index: a reserved byte, five of time, a GUID of 16, then the blocks. */
const HEADER_BYTES = 22;
/** A longer chain names nothing new; it also bounds what a message can make a device read. */
const MAX_BLOCKS = 100;
/** 100 ns units between 1601 and 1970, in milliseconds. */
const FILETIME_EPOCH_MS = 11_644_473_600_000n;

function ticksOf(at: number): bigint {
  return (BigInt(Math.max(0, Math.floor(at))) + FILETIME_EPOCH_MS) * 10_000n;
}

function hex(value: bigint): string {
  return value.toString(16).padStart(BLOCK, '0');
}

/** The index of a message that begins a conversation, sent at `at` (milliseconds since the epoch). */
export function rootIndex(at: number): string {
  return hex((ticksOf(at) >> 16n) & 0xff_ffff_ffffn);
}

/** The index of an answer, sent at `at`, to the message that has this index. */
export function replyIndex(parent: string, at: number): string {
  if (!isConversationIndex(parent)) return rootIndex(at);
  if (parent.length >= BLOCK * MAX_BLOCKS) return parent;
  const root = (1n << 56n) | (BigInt(`0x${parent.slice(0, BLOCK)}`) << 16n);
  const passed = ticksOf(at) - root;
  const delta = passed > 0n ? passed : 0n;
  // One bit of scale, 31 of time passed, eight that tell replies of the same moment apart: their number.
  const coarse = delta >> 49n !== 0n;
  const time = coarse ? ((delta >> 23n) & 0x7fff_ffffn) | 0x8000_0000n : (delta >> 18n) & 0x7fff_ffffn;
  return parent + hex((time << 8n) | BigInt((parent.length / BLOCK) & 0xff));
}

/** The index that a Thread-Index header gives, or null when it is not valid. */
export function indexFromThreadIndex(value: string | null): string | null {
  const text = value?.replace(/\s/g, '') ?? '';
  if (text.length > 4096 || !/^[A-Za-z0-9+/]{28,}={0,2}$/.test(text)) return null;
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    return null;
  }
  if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % 5 !== 0) return null;
  const used = bytes.slice(1, 6) + bytes.slice(HEADER_BYTES, HEADER_BYTES + (MAX_BLOCKS - 1) * 5);
  return Array.from(used, (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

export function isConversationIndex(text: string): boolean {
  return /^(?:[0-9a-f]{10})+$/.test(text);
}
