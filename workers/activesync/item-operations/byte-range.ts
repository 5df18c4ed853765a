/** Bytes [start, end) of a content. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * ItemOperations:Range, `m-n` with both ends included (MS-ASCMD 2.2.3.143.1). `malformed`: not of this form at all;
 * `invalid`: it ends before it begins.
 */
export function parseRange(text: string): ByteRange | 'malformed' | 'invalid' {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(text.trim());
  if (match === null) return 'malformed';
  const start = Number(match[1]);
  const end = Number(match[2]) + 1;
  return end > start ? { start, end } : 'invalid';
}
