import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonChunks, slices } from './json-chunks.ts';

test('chunks hold every row once and in order, each within its bytes unless one row alone is larger', () => {
  const row = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 10, max: 200 }), (rows, max) => {
      const chunks = jsonChunks(rows, max);
      const parsed = chunks.map((chunk) => JSON.parse(chunk) as unknown[]);
      expect(parsed.flat()).toEqual(rows);
      for (const [i, chunk] of chunks.entries()) {
        if (parsed[i]?.length !== 1) expect(new TextEncoder().encode(chunk).length).toBeLessThanOrEqual(max);
      }
    }),
  );
});

test('no rows are no chunks', () => {
  expect(jsonChunks([])).toEqual([]);
});

test('slices join up to the list', () => {
  expect(slices([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(slices([], 2)).toEqual([]);
});
