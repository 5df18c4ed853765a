import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, type ByteTransform, byteStream, transformBytes } from './index.ts';

/** A stream of chunks of its own. */
function chunked(chunks: Uint8Array[], seen = { cancelled: 0 }): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[next++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        seen.cancelled += 1;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The same bytes as a stream that writes into the buffer of its reader. */
function filling(bytes: Uint8Array, step: number): ReadableStream<Uint8Array> {
  let at = 0;
  return byteStream({
    async fill(view) {
      const piece = bytes.subarray(at, at + Math.min(step, view.length));
      view.set(piece);
      at += piece.length;
      return piece.length;
    },
    cancel: async () => undefined,
  });
}

async function readAll(reader: ByteReader, most?: number): Promise<number[]> {
  const all: number[] = [];
  for (let bytes = await reader.read(most); bytes !== null; bytes = await reader.read(most)) {
    expect(bytes.length).toBeGreaterThan(0);
    if (most !== undefined) expect(bytes.length).toBeLessThanOrEqual(most);
    all.push(...bytes);
  }
  return all;
}

/** Every byte twice, the last one held back until the end. */
function twice(): ByteTransform {
  let held: number | null = null;
  return {
    bound: (length) => 2 * length + 2,
    write(input, out) {
      let at = 0;
      for (const byte of input) {
        if (held !== null) out.fill(held, at, at + 2);
        at += held === null ? 0 : 2;
        held = byte;
      }
      return at;
    },
    end(out) {
      if (held !== null) out.fill(held, 0, 2);
      return held === null ? 0 : 2;
    },
  };
}

const chunks = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 });

describe('a reader of bytes', () => {
  test('gives what the stream holds, in pieces no larger than asked, whichever kind of stream', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 20 }), fc.boolean(), async (pieces, most, plain) => {
        const whole = pieces.flatMap((p) => [...p]);
        const stream = plain ? chunked(pieces) : filling(Uint8Array.from(whole), most);
        expect(await readAll(new ByteReader(stream, 16), most)).toEqual(whole);
      }),
    );
  });

  test('brings the same memory to every read, and the stream writes into it', async () => {
    const stamps: number[] = [];
    const stream = byteStream({
      async fill(view) {
        const memory = new Uint8Array(view.buffer);
        stamps.push(memory[15] ?? -1);
        memory[15] = stamps.length;
        return stamps.length === 5 ? 0 : 1;
      },
      cancel: async () => undefined,
    });
    await readAll(new ByteReader(stream, 16), 8);
    expect(stamps).toEqual([0, 1, 2, 3, 4]);
  });

  test('refuses a stream that has a reader already', () => {
    const stream = chunked([]);
    stream.getReader();
    expect(() => new ByteReader(stream)).toThrow(TypeError);
  });
});

describe('a transformed stream', () => {
  test('is what the transform makes of the whole, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (pieces, step, most) => {
          const expected = pieces.flatMap((p) => [...p]).flatMap((b) => [b, b]);
          const byob = transformBytes(chunked(pieces), twice(), step);
          expect(await readAll(new ByteReader(byob), most)).toEqual(expected);
          const plain = transformBytes(chunked(pieces), twice(), step);
          expect([...new Uint8Array(await new Response(plain).arrayBuffer())]).toEqual(expected);
        },
      ),
    );
  });

  test('asks for nothing before it is asked, and lets its source go when it is cancelled', async () => {
    const seen = { cancelled: 0 };
    let pulled = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(8));
        },
        cancel() {
          seen.cancelled += 1;
        },
      },
      { highWaterMark: 0 },
    );
    const reader = new ByteReader(transformBytes(source, twice(), 8));
    await new Promise((resolve) => setTimeout(resolve));
    expect(pulled).toBe(0);
    await reader.read(4);
    await reader.read(4);
    expect(pulled).toBe(1);
    await reader.cancel('gone');
    expect(seen.cancelled).toBe(1);
  });

  test('ends when the transform is complete, without the rest of its source', async () => {
    const seen = { cancelled: 0 };
    const source = chunked([Uint8Array.of(1, 2), Uint8Array.of(3)], seen);
    let complete = false;
    const first: ByteTransform = {
      bound: (length) => length,
      write(input, out) {
        complete = true;
        out.set(input);
        return input.length;
      },
      end: () => 0,
      complete: () => complete,
    };
    expect(await readAll(new ByteReader(transformBytes(source, first)))).toEqual([1, 2]);
    expect(seen.cancelled).toBe(1);
  });

  test('fails as its source fails, after what came before', async () => {
    let given = 0;
    const broken = byteStream({
      async fill() {
        given += 1;
        if (given > 2) throw new Error('source lost');
        return 1;
      },
      cancel: async () => undefined,
    });
    const reader = new ByteReader(transformBytes(broken, twice()));
    expect(await reader.read()).toEqual(Uint8Array.of(0, 0));
    await expect(reader.read()).rejects.toThrow('source lost');
  });

  test('that is cancelled while its source is silent ends at once', async () => {
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const reader = transformBytes(silent, twice()).getReader();
    const pending = reader.read();
    await reader.cancel();
    expect((await pending).done).toBe(true);
  });
});
