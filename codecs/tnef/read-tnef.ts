import { Cursor } from './cursor.ts';

export interface TnefFacts {
  /** The body in the container of MS-OXRTFCP 2.1.3.1, as Outlook wrote it; null when there is none. */
  rtf: Uint8Array | null;
  /** PidTagAttachMethod of each attachment (MS-OXCMSG 2.2.2.9): 1 by value, 5 embedded message, 6 OLE. */
  attachMethods: number[];
}

const SIGNATURE = 0x223e_9f78;
/** MS-OXTNEF 2.1.3.3, 2.1.3.4 */
const ATTRIBUTE = { messageProps: 0x0006_9003, attachRenderData: 0x0006_9002, attachment: 0x0006_9005 };
const PROPERTY = { rtfCompressed: 0x1009, attachMethod: 0x3705 };
const BY_VALUE = 1;
/** Far more than anybody attaches; bounds what a crafted file can make this do. */
const MAX_ATTRIBUTES = 10_000;
const MAX_PROPERTIES = 10_000;

/** Bytes of the value types of one size (MS-OXCDATA 2.11.1, as TNEF pads them). */
const FIXED: Record<number, number> = {
  2: 4,
  3: 4,
  4: 4,
  10: 4,
  11: 4,
  5: 8,
  6: 8,
  7: 8,
  20: 8,
  64: 8,
  72: 16,
};
/** Strings, binaries and objects, each written with its number of values and their lengths. */
const COUNTED = new Set([0x000d, 0x001e, 0x001f, 0x0102]);
const MULTIPLE = 0x1000;

/** Reads a TNEF stream as far as it makes sense; null when it is none. Never throws. */
export function readTnef(bytes: Uint8Array): TnefFacts | null {
  const cursor = new Cursor(bytes);
  if (cursor.u32() !== SIGNATURE) return null;
  cursor.skip(2);
  const facts: TnefFacts = { rtf: null, attachMethods: [] };
  for (let n = 0; n < MAX_ATTRIBUTES && cursor.left >= 9; n++) {
    cursor.skip(1);
    const attribute = cursor.u32();
    const value = cursor.take(cursor.u32());
    cursor.skip(2);
    if (value === null) break;
    if (attribute === ATTRIBUTE.attachRenderData) facts.attachMethods.push(BY_VALUE);
    else if (attribute === ATTRIBUTE.messageProps) {
      facts.rtf ??= propertiesOf(value).get(PROPERTY.rtfCompressed) ?? null;
    } else if (attribute === ATTRIBUTE.attachment) {
      const method = propertiesOf(value).get(PROPERTY.attachMethod)?.[0];
      if (method !== undefined && facts.attachMethods.length > 0) facts.attachMethods.splice(-1, 1, method);
    }
  }
  return facts;
}

/** First value of each property by its id, up to the first thing that is not understood (MS-OXTNEF 2.1.3.4). */
function propertiesOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const cursor = new Cursor(bytes);
  const properties = new Map<number, Uint8Array>();
  const count = Math.min(cursor.u32(), MAX_PROPERTIES);
  for (let n = 0; n < count && cursor.left >= 4; n++) {
    const type = cursor.u16();
    const id = cursor.u16();
    if (id >= 0x8000) skipName(cursor);
    const value = readValue(cursor, type);
    if (value === null) break;
    if (!properties.has(id)) properties.set(id, value);
  }
  return properties;
}

function skipName(cursor: Cursor): void {
  cursor.skip(16);
  if (cursor.u32() === 0) cursor.skip(4);
  else cursor.skip(padded(cursor.u32()));
}

function readValue(cursor: Cursor, type: number): Uint8Array | null {
  const base = type & ~MULTIPLE;
  const fixed = FIXED[base];
  if (fixed === undefined && !COUNTED.has(base)) return null;
  const many = fixed === undefined || type !== base;
  const count = many ? cursor.u32() : 1;
  let first: Uint8Array | null = null;
  for (let n = 0; n < count; n++) {
    // Every value takes some bytes: a number of them beyond the file ends with it.
    if (cursor.left < 4) return null;
    const length = fixed ?? cursor.u32();
    const value = cursor.take(length);
    if (value === null) return null;
    cursor.skip(padded(length) - length);
    first ??= value;
  }
  return first ?? new Uint8Array();
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
