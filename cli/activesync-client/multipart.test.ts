import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from './errors.ts';
import { parseMultipart } from './multipart.ts';

function build(parts: string[], offsets?: number[]): Uint8Array {
  const head = Buffer.alloc(4 + parts.length * 8);
  head.writeInt32LE(parts.length, 0);
  let at = head.length;
  parts.forEach((part, i) => {
    head.writeInt32LE(offsets?.[i] ?? at, 4 + i * 8);
    head.writeInt32LE(part.length, 8 + i * 8);
    at += part.length;
  });
  return Buffer.concat([head, ...parts.map((p) => Buffer.from(p))]);
}

describe('parseMultipart', () => {
  it('finds the parts by offset and length, empty ones too', () => {
    const parts = parseMultipart(build(['doc', '', 'attachment']));
    expect(parts.map((p) => Buffer.from(p).toString())).toEqual(['doc', '', 'attachment']);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a count alone', Buffer.from([9, 0, 0, 0])],
    ['no part', build([])],
    ['a negative count', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])],
    ['a gap between parts', build(['ab', 'cd'], [20, 23])],
    ['overlapping parts', build(['ab', 'cd'], [20, 21])],
    ['a part that ends behind the answer', build(['abcd']).subarray(0, 14)],
    ['bytes behind the last part', Buffer.concat([build(['ab']), Buffer.from('x')])],
  ])('refuses %s', (_, body) => {
    expect(() => parseMultipart(body)).toThrow(ProtocolViolation);
  });
});
