import type { DecodeLimits } from './limits.ts';
import type { Reader } from './reader.ts';

const PUBLIC_ID_UNKNOWN = 0x01;
const CHARSET_UTF8 = 0x6a;

/** Where the string table lies in the document. */
export interface StringTable {
  start: number;
  end: number;
}

/**
 * Reads version, public id, charset and string table (WBXML 1.3, 5.2). ActiveSync sends 03 01 6A 00; another minor
 * version, a public id by name and a string table are what general encoders make of the same document.
 */
export function readHeader(reader: Reader, limits: DecodeLimits): StringTable {
  const version = reader.byte();
  // WBXML 1.0 has no charset field.
  if (version < 0x01 || version > 0x03) throw reader.error('bad-header');
  const publicId = reader.integer();
  const nameIndex = publicId === 0 ? reader.integer() : null;
  if (nameIndex === null && publicId !== PUBLIC_ID_UNKNOWN) throw reader.error('bad-header');
  if (reader.integer() !== CHARSET_UTF8) throw reader.error('bad-charset');
  const length = reader.integer();
  if (length > limits.maxStringTable || length > reader.bytes.length - reader.at) {
    throw reader.error('bad-string-table');
  }
  const start = reader.skip(length);
  const table = { start, end: start + length };
  if (nameIndex !== null && endOfString(reader.bytes, table, nameIndex) === null) {
    throw reader.error('bad-header');
  }
  return table;
}

/** Where the string at `index` of the table ends; it starts at table.start + index. Null if there is no such string. */
export function endOfString(bytes: Uint8Array, table: StringTable, index: number): number | null {
  if (index >= table.end - table.start) return null;
  const end = bytes.indexOf(0, table.start + index);
  return end < 0 || end >= table.end ? null : end;
}
