/**
 * The binary form of ids (MS-OXWSITEMID 2, MS-OXCEXT 2.2.6.1): a byte for the compression, then what kind of id it is, the
 * mailbox as the text of a GUID, how it is to be processed, the id inside of the store, and that of an attachment.
 */
export interface BinaryId {
  storage: number;
  /** What names the mailbox. */
  moniker: string;
  instruction: number;
  storeId: string;
  attachment: string | null;
}

export const STORAGE = { mailboxItem: 3, conversation: 4 } as const;
export const INSTRUCTION = { normal: 0, recurrence: 1 } as const;

const UNCOMPRESSED = 0;
const RUN_LENGTHS = 1;
/** Longest id when it is unpacked: 512 characters of base64 without the first byte. */
const MAX_BYTES = 383;

/** Base64 of an id whose texts are Latin-1. */
export function writeBinaryId({ storage, moniker, instruction, storeId, attachment }: BinaryId): string {
  const byte = String.fromCharCode;
  const counted = (text: string) => byte(text.length & 0xff, text.length >> 8) + text;
  const end = attachment === null ? '' : byte(1) + counted(attachment);
  return btoa(byte(UNCOMPRESSED, storage) + counted(moniker) + byte(instruction) + counted(storeId) + end);
}

/** null for what is no such id to its last byte. */
export function readBinaryId(base64: string): BinaryId | null {
  let given: string;
  try {
    given = atob(base64);
  } catch {
    return null;
  }
  const bytes = unpacked(given);
  // One id is written in one way: bits that base64 leaves unused are not for anybody's use.
  if (bytes === null || btoa(given) !== base64) return null;
  let at = 1;
  const counted = (): string | null => {
    const length = bytes.charCodeAt(at) + bytes.charCodeAt(at + 1) * 256;
    if (Number.isNaN(length) || at + 2 + length > bytes.length) return null;
    const text = bytes.slice(at + 2, at + 2 + length);
    at += 2 + length;
    return text;
  };
  const moniker = counted();
  const instruction = bytes.charCodeAt(at++);
  const storeId = moniker === null ? null : counted();
  if (moniker === null || storeId === null) return null;
  let attachment: string | null = null;
  if (at < bytes.length) {
    if (bytes.charCodeAt(at++) !== 1) return null;
    attachment = counted();
    if (attachment === null || at !== bytes.length) return null;
  }
  return { storage: bytes.charCodeAt(0), moniker, instruction, storeId, attachment };
}

/** What follows the first byte, unpacked as that says. */
function unpacked(given: string): string | null {
  const kind = given.charCodeAt(0);
  if (kind === UNCOMPRESSED) return given.length - 1 > MAX_BYTES ? null : given.slice(1);
  if (kind !== RUN_LENGTHS) return null;
  let out = '';
  for (let i = 1; i < given.length && out.length <= MAX_BYTES; i++) {
    const one = given[i] ?? '';
    if (given[i + 1] !== one) {
      out += one;
      continue;
    }
    // Two of a kind are followed by how many more there are.
    const more = given.charCodeAt(i + 2);
    if (Number.isNaN(more)) return null;
    out += one.repeat(more + 2);
    i += 2;
  }
  return out.length > MAX_BYTES ? null : out;
}
