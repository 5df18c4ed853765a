/** GlobalObjId, the name of a meeting in MAPI, from and to the UID of iCalendar (MS-ASEMAIL 2.2.2.37, MS-OXCICAL 2.1.3.1.1.20.26). */

const CLASS_ID = '040000008200e00074c5b7101a82e008';
const VCAL = 'vCal-Uid';
/** CLASSID, INSTDATE, NOW, RESERVED, BYTECOUNT. */
const HEAD_BYTES = 40;
const INSTDATE_AT = 16;
const COUNT_AT = 36;
/** BYTECOUNT counts what may be longer than any UID that is kept. */
const MAX_BYTES = 8192;

/**
 * Base64 of the id. An Outlook UID is the hexadecimal form of the id itself, any other is wrapped. `occurrence`: the day
 * of the one that is meant, in the time zone of the meeting.
 */
export function globalObjectId(
  uid: string,
  occurrence: { year: number; month: number; day: number } | null = null,
): string {
  const bytes = outlookId(uid) ?? wrapped(uid);
  if (occurrence !== null) {
    const { year, month, day } = occurrence;
    bytes.set([year >> 8, year & 0xff, month, day], INSTDATE_AT);
  }
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The UID that a GlobalObjId names, the same for all occurrences; null for what is none. */
export function uidOfGlobalObjectId(base64: string): string | null {
  const bytes = fromBase64(base64);
  if (bytes === null || bytes.length < HEAD_BYTES || !hexOf(bytes).startsWith(CLASS_ID)) return null;
  const data = bytes.subarray(HEAD_BYTES, HEAD_BYTES + countOf(bytes));
  if (startsWithVcal(data)) {
    const end = data.indexOf(0, VCAL.length + 4);
    const uid = data.subarray(VCAL.length + 4, end < 0 ? data.length : end);
    return new TextDecoder().decode(uid);
  }
  const whole = bytes.slice();
  whole.fill(0, INSTDATE_AT, INSTDATE_AT + 4);
  return hexOf(whole).toUpperCase();
}

function outlookId(uid: string): Uint8Array | null {
  if (!/^[0-9a-f]+$/i.test(uid) || uid.length % 2 !== 0 || uid.length < 2 * HEAD_BYTES) return null;
  if (!uid.toLowerCase().startsWith(CLASS_ID) || uid.length > 2 * MAX_BYTES) return null;
  return Uint8Array.from(uid.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function wrapped(uid: string): Uint8Array {
  const text = new TextEncoder().encode(uid.replaceAll('\0', ''));
  const count = VCAL.length + 4 + text.length + 1;
  const bytes = new Uint8Array(HEAD_BYTES + count);
  bytes.set(Uint8Array.from(CLASS_ID.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  new DataView(bytes.buffer).setUint32(COUNT_AT, count, true);
  bytes.set(new TextEncoder().encode(VCAL), HEAD_BYTES);
  bytes[HEAD_BYTES + VCAL.length] = 1;
  bytes.set(text, HEAD_BYTES + VCAL.length + 4);
  return bytes;
}

function countOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(COUNT_AT, true);
}

function startsWithVcal(data: Uint8Array): boolean {
  return (
    data.length > VCAL.length + 4 && new TextDecoder('latin1').decode(data.subarray(0, VCAL.length)) === VCAL
  );
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromBase64(text: string): Uint8Array | null {
  if (text.length > 2 * MAX_BYTES) return null;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** 100 ns since 1601, as MAPI counts time. */
const EPOCH_1601_MS = 11_644_473_600_000n;

/**
 * A UID as Outlook makes them (MS-OXOCAL 2.2.1.27): the hexadecimal form of an id that is new in the world.
 * @param at when it is made, milliseconds since the epoch
 */
export function newOutlookUid(at: number): string {
  const bytes = new Uint8Array(HEAD_BYTES + 16);
  bytes.set(Uint8Array.from(CLASS_ID.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(INSTDATE_AT + 4, (BigInt(Math.floor(at)) + EPOCH_1601_MS) * 10_000n, true);
  view.setUint32(COUNT_AT, 16, true);
  crypto.getRandomValues(bytes.subarray(HEAD_BYTES));
  return hexOf(bytes).toUpperCase();
}
