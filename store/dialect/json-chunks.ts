/** D1 refuses values over 2,000,000 bytes; a statement gets half of that and shares it with nothing. */
const MAX_PARAMETER_BYTES = 1_000_000;

const encoder = new TextEncoder();

/** JSON arrays that together hold all rows in order, each small enough for one bound parameter. None for no rows. */
export function jsonChunks(rows: readonly unknown[], maxBytes: number = MAX_PARAMETER_BYTES): string[] {
  if (rows.length === 0) return [];
  const whole = JSON.stringify(rows);
  // A UTF-16 unit is at most three bytes.
  if (whole.length * 3 <= maxBytes) return [whole];
  const chunks: string[] = [];
  let parts: string[] = [];
  let bytes = 2;
  for (const row of rows) {
    const part = JSON.stringify(row);
    const size = encoder.encode(part).length + 1;
    if (parts.length > 0 && bytes + size > maxBytes) {
      chunks.push(`[${parts.join(',')}]`);
      parts = [];
      bytes = 2;
    }
    parts.push(part);
    bytes += size;
  }
  chunks.push(`[${parts.join(',')}]`);
  return chunks;
}

/** Slices of at most `size` elements. */
export function slices<T>(values: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < values.length; i += size) out.push(values.slice(i, i + size));
  return out;
}
