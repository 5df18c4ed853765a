import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Frame, FrameError, frameHead, readFrames } from './index.ts';

async function* chunked(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function read(file: Uint8Array, chunk = 5, max = 1000): Promise<Frame[]> {
  const frames = [];
  for await (const frame of readFrames(chunked(file, chunk), max)) frames.push(frame);
  return frames;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('items in a stream', () => {
  test('come back as they were, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.record({ name: fc.string({ unit: 'grapheme' }) }), fc.uint8Array())),
        fc.integer({ min: 1, max: 100 }),
        async (items, chunk) => {
          const pieces = items.flatMap(([header, body]) => [frameHead(header, body.length), body]);
          const frames = await read(new Uint8Array(pieces.flatMap((piece) => [...piece])), chunk);
          expect(frames).toEqual(
            items.map(([header, body]) => ({ header: { ...header, bytes: body.length }, body })),
          );
        },
      ),
    );
  });

  test.each([
    ['cut in a line', '{"bytes":0}'],
    ['cut in an item', '{"bytes":3}\nab'],
    ['without JSON', 'bytes 3\nabc'],
    ['with JSON that is no object', '3\nabc'],
    ['without a number', '{}\n'],
    ['with a negative number', '{"bytes":-1}\n'],
    ['with a number that is too large', '{"bytes":1001}\n'],
  ])('that are %s are refused', async (_name, text) => {
    await expect(read(bytes(text))).rejects.toBeInstanceOf(FrameError);
  });
});
