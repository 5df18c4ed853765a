/** Bytes [start, end) of a content. */
export interface ByteRange {
  start: number;
  end: number;
}

/** ItemOperations:Range, `m-n` with both ends included (MS-ASCMD 2.2.3.143.1). */
export function parseRange(text: string): ByteRange | 'invalid' {
  const match = /^(\d{1,10})-(\d{1,10})$/.exec(text.trim());
  if (match === null) return 'invalid';
  const start = Number(match[1]);
  const end = Number(match[2]) + 1;
  return end > start ? { start, end } : 'invalid';
}
