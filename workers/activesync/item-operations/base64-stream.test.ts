import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { child, decodeWbxml, el, encodeWbxmlStream, textOf } from '../../../codecs/wbxml/index.ts';
import { base64Stream } from './base64-stream.ts';

const CHUNK = 64 * 1024;

function source(chunks: Uint8Array[]) {
  const seen = { bytes: 0 };
  let next = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[next++];
        if (chunk === undefined) return controller.close();
        seen.bytes += chunk.length;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, content: { length: chunks.reduce((n, c) => n + c.length, 0), stream: () => stream } };
}

const document = (content: { length: number; stream: () => ReadableStream<Uint8Array> }) =>
  encodeWbxmlStream(
    el(
      'ItemOperations:Properties',
      el('ItemOperations:Data', base64Stream(content)),
      el('ItemOperations:Total', 1),
    ),
  );

describe('content as base64 in a document', () => {
  test('is what was encoded, however it came in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), async (chunks) => {
        const { stream, length } = document(source(chunks).content);
        const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
        expect(bytes).toHaveLength(length);
        const root = decodeWbxml(bytes);
        const text = textOf(root, 'ItemOperations:Data') ?? '';
        expect(child(root, 'ItemOperations:Data')?.opaque).toBeUndefined();
        expect(text).toBe(Buffer.concat(chunks).toString('base64'));
        expect(textOf(root, 'ItemOperations:Total')).toBe('1');
      }),
      { numRuns: 60 },
    );
  });

  test('of 20 MB is never held: no more is read than what was asked for and a few pieces', async () => {
    const chunk = new Uint8Array(randomBytes(CHUNK));
    const { seen, content } = source(Array.from({ length: 320 }, () => chunk));
    const reader = document(content).stream.getReader();
    let written = 0;
    let ahead = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      written += read.value.length;
      ahead = Math.max(ahead, seen.bytes - (written * 3) / 4);
    }
    expect(written).toBeGreaterThan(27_000_000);
    expect(ahead).toBeLessThan(8 * CHUNK);
  });
});
