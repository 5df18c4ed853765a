import { describe, expect, test } from 'vitest';
import { bytesOf, child, decodeWbxml, el, encodeWbxmlStream, type OpaqueStream } from './index.ts';

const SIZE = 64 * 1024;

/** A source that counts what is taken of it and whether it was let go. */
function countingSource(chunks: number, chunk = new Uint8Array(SIZE)) {
  const seen = { pulled: 0, cancelled: 0 };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.pulled === chunks) return controller.close();
        seen.pulled += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        seen.cancelled += 1;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

const mail = (...sources: OpaqueStream[]) =>
  el(
    'ComposeMail:SendMail',
    sources.map((source) => el('ComposeMail:Mime', source)),
  );

async function drain(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('a streamed document', () => {
  test('takes no more of a source than is asked of it', async () => {
    const { seen, stream } = countingSource(100);
    const document = encodeWbxmlStream(mail({ length: 100 * SIZE, stream }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(seen.pulled).toBe(0);
    const reader = document.stream.getReader();
    for (let i = 0; i < 4; i++) await reader.read();
    expect(seen.pulled).toBe(3);
    await reader.cancel();
    expect(seen.cancelled).toBe(1);
  });

  test('opens sources one after another', async () => {
    const order: string[] = [];
    const source = (name: string): OpaqueStream => ({
      length: 2,
      stream: () => {
        order.push(name);
        return countingSource(1, Uint8Array.from([1, 2])).stream;
      },
    });
    const { stream, length } = encodeWbxmlStream(mail(source('first'), source('second')));
    const reader = stream.getReader();
    let bytes = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (bytes === 0) expect(order).toEqual([]);
      bytes += next.value.length;
    }
    expect(order).toEqual(['first', 'second']);
    expect(bytes).toBe(length);
  });

  test('passes over empty chunks and empty sources', async () => {
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of [[], [1], [], [], [2, 3], []]) controller.enqueue(Uint8Array.from(chunk));
        controller.close();
      },
    });
    const nothing = countingSource(0).stream;
    const { stream } = encodeWbxmlStream(mail({ length: 3, stream: source }, { length: 0, stream: nothing }));
    const root = decodeWbxml(await drain(stream));
    expect(root.children.map((c) => bytesOf(c))).toEqual([Uint8Array.from([1, 2, 3]), new Uint8Array()]);
  });

  test('keeps its parts apart from each other: a consumer may take the memory of a chunk away', async () => {
    const { stream, length } = encodeWbxmlStream(
      mail({ length: 1, stream: countingSource(1, Uint8Array.from([9])).stream }),
    );
    let bytes = 0;
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      structuredClone(value, { transfer: [value.buffer as ArrayBuffer] });
    }
    expect(bytes).toBe(length);
  });

  test('that is cancelled lets a silent source go, and those that were not reached', async () => {
    const seen = { silent: 0 };
    const silent = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => undefined),
      cancel: () => {
        seen.silent += 1;
      },
    });
    const later = countingSource(1);
    const document = encodeWbxmlStream(
      mail({ length: 5, stream: silent }, { length: SIZE, stream: later.stream }),
    );
    const reader = document.stream.getReader();
    await reader.read();
    const pending = reader.read();
    await reader.cancel('gone');
    expect((await pending).done).toBe(true);
    expect(seen.silent).toBe(1);
    expect(later.seen).toEqual({ pulled: 0, cancelled: 1 });
  });

  test('that is cancelled while a source is being opened lets it go as soon as it is', async () => {
    const { seen, stream } = countingSource(1);
    const asked = Promise.withResolvers<void>();
    const opening = Promise.withResolvers<ReadableStream<Uint8Array>>();
    const open = () => {
      asked.resolve();
      return opening.promise;
    };
    const document = encodeWbxmlStream(mail({ length: SIZE, stream: open }));
    const reader = document.stream.getReader();
    await reader.read();
    const pending = reader.read();
    await asked.promise;
    await reader.cancel();
    opening.resolve(stream);
    await pending;
    await new Promise((resolve) => setTimeout(resolve));
    expect(seen).toEqual({ pulled: 0, cancelled: 1 });
  });

  test('fails with the error of its source, and lets the others go', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('storage is away'));
      },
    });
    const later = countingSource(1);
    const { stream } = encodeWbxmlStream(
      mail({ length: 1, stream: broken }, { length: SIZE, stream: later.stream }),
    );
    await expect(drain(stream)).rejects.toThrow('storage is away');
    expect(later.seen.cancelled).toBe(1);
    const refused = encodeWbxmlStream(
      mail({ length: 1, stream: () => Promise.reject(new Error('no such key')) }),
    );
    await expect(drain(refused.stream)).rejects.toThrow('no such key');
  });

  test('never yields more than the source declared', async () => {
    const { seen, stream } = countingSource(10);
    const document = encodeWbxmlStream(mail({ length: 2 * SIZE, stream }));
    const reader = document.stream.getReader();
    let bytes = 0;
    const read = async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length;
    };
    await expect(read()).rejects.toMatchObject({ code: 'wrong-length' });
    expect(bytes).toBeLessThan(document.length);
    expect(seen).toEqual({ pulled: 3, cancelled: 1 });
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 32])('refuses a source of %d bytes at once', (length) => {
    expect(() => encodeWbxmlStream(mail({ length, stream: countingSource(0).stream }))).toThrow(
      /wrong-length/,
    );
  });

  test('knows its length for sources beyond 28 bits', () => {
    const { length } = encodeWbxmlStream(mail({ length: 0xffff_ffff, stream: countingSource(0).stream }));
    expect(length).toBe(0xffff_ffff + 4 + 2 + 1 + 1 + 1 + 5 + 1 + 1);
  });
});

test('a tree is built from any number of elements, and from real numbers only', () => {
  const many = Array.from({ length: 300_000 }, () => el('AirSync:Add'));
  expect(el('AirSync:Commands', many).content).toHaveLength(300_000);
  expect(() => el('AirSync:Status', Number.NaN)).toThrow(/bad-content/);
  expect(child(undefined, 'AirSync:Sync')).toBeUndefined();
});
