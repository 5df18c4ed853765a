/** Bounds of a document (ATTACKS A07). All are integers; see DEFAULT_DECODE_LIMITS and resolveDecodeLimits. */
export interface DecodeLimits {
  /** Bytes of the whole document. */
  maxBytes: number;
  /** Levels of elements, the root being the first. The schemas of MS-ASCMD need 11. */
  maxDepth: number;
  /** Elements of the whole document. */
  maxNodes: number;
  /** Bytes of the string table, which ActiveSync never uses but some encoders send; 0 refuses any. */
  maxStringTable: number;
  /** Bytes of all text and opaque content together, references to the string table expanded. */
  maxTextBytes: number;
}

/** Room for a mail of 25 MiB in a SendMail. A caller whose command is small asks for less. */
const DEFAULT_DECODE_LIMITS: Readonly<DecodeLimits> = Object.freeze({
  maxBytes: 40 * 1024 * 1024,
  maxDepth: 32,
  maxNodes: 100_000,
  maxStringTable: 65_536,
  maxTextBytes: 40 * 1024 * 1024,
});

/** The highest value of each limit. Far above what a Worker can hold: test and load clients read large answers. */
const CEILINGS: Readonly<DecodeLimits> = Object.freeze({
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 256,
  maxNodes: 2_000_000,
  maxStringTable: 1024 * 1024,
  maxTextBytes: 64 * 1024 * 1024,
});

const TABLE_TEXT_FLOOR = 64 * 1024;
const TABLE_TEXT_PER_BYTE = 8;

/**
 * Bytes of text that the string table references of a document of that size may expand to. A general encoder saves a
 * few bytes a word; a table of 30 KB referred to 1,300 times would make 40 MB of text out of a request of 32 KB.
 */
export function maxTableText(documentBytes: number): number {
  return TABLE_TEXT_FLOOR + TABLE_TEXT_PER_BYTE * documentBytes;
}

/** Fills in the defaults. Throws RangeError for a limit that is no integer, below 1 (maxStringTable: 0) or too high. */
export function resolveDecodeLimits(limits: Partial<DecodeLimits>): DecodeLimits {
  const resolved: DecodeLimits = { ...DEFAULT_DECODE_LIMITS };
  for (const key of Object.keys(DEFAULT_DECODE_LIMITS) as (keyof DecodeLimits)[]) {
    const value = limits[key];
    if (value === undefined) continue;
    const least = key === 'maxStringTable' ? 0 : 1;
    if (!Number.isInteger(value) || value < least || value > CEILINGS[key]) {
      throw new RangeError(
        `wbxml limit ${key}: ${value} is not an integer from ${least} to ${CEILINGS[key]}`,
      );
    }
    resolved[key] = value;
  }
  return resolved;
}
