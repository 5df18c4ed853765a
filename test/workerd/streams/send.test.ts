import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodePartStream } from '../../../codecs/mime/index.ts';
import { byteStream } from '../../../codecs/streams/index.ts';
import { el, encodeWbxmlStream } from '../../../codecs/wbxml/index.ts';
import { packed } from '../../../workers/activesync/http/compress.ts';
import { send } from '../../../workers/activesync/http/send.ts';
import { base64Stream } from '../../../workers/activesync/item-operations/base64-stream.ts';
import { bindings } from '../support.ts';

const SIZE = 3_000_001;

/** No more than 64 KB of randomness can be had at once. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function gather(stream: ReadableStream<Uint8Array>, pause: () => Promise<unknown> | undefined) {
  const chunks: Uint8Array[] = [];
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(Buffer.concat(chunks));
    chunks.push(value);
    await pause();
  }
}

/** Lets everything else run before the next read, now and then for longer. */
const slowly = () => new Promise((resolve) => setTimeout(resolve, Math.random() < 0.2 ? 5 : 0));
const atOnce = () => undefined;

/** The body of an object in R2, in base64 with line ends when it is to be decoded. */
async function stored(content: Uint8Array): Promise<ReadableStream<Uint8Array>> {
  const text = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n');
  await bindings.BLOBS.put('sent', text);
  const object = await bindings.BLOBS.get('sent');
  if (object === null) throw new Error('not stored');
  return object.body;
}

/** Gives `bytes` bytes, then fails. */
function failing(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return byteStream({
    async fill(view) {
      if (left === 0) throw new Error('source lost');
      const length = Math.min(left, view.length);
      left -= length;
      return length;
    },
    cancel: async () => undefined,
  });
}

describe('bytes sent through buffers that are used again', () => {
  test.each([
    ['at once', atOnce],
    ['slowly', slowly],
  ])('arrive unchanged when they are taken %s', async (_, pause) => {
    const content = noise(SIZE);
    const parts = new FixedLengthStream(4 + SIZE);
    void send([new Uint8Array(4), decodePartStream(await stored(content), 'base64')], parts.writable);
    const sent = await gather(parts.readable, pause);
    expect(sent.length).toBe(4 + SIZE);
    expect(sha256(sent.subarray(4))).toBe(sha256(content));
  });

  test.each([
    ['as they are', false],
    ['packed', true],
  ])('arrive unchanged inside of a document, %s', async (_, gzip) => {
    const content = noise(SIZE);
    const stream = async () => decodePartStream(await stored(content), 'base64');
    const data = base64Stream({ length: SIZE, stream });
    const document = encodeWbxmlStream(el('ItemOperations:Data', data));
    let readable: ReadableStream<Uint8Array>;
    if (gzip) {
      const response = await packed(document.stream, document.length, new Headers());
      if (response?.body === null || response === null) throw new Error('not packed');
      readable = response.body.pipeThrough(new DecompressionStream('gzip'));
    } else {
      const fixed = new FixedLengthStream(document.length);
      void send([document.stream], fixed.writable);
      readable = fixed.readable;
    }
    const bytes = await gather(readable, slowly);
    expect(bytes).toHaveLength(document.length);
    const start = bytes.indexOf(0x03, 4) + 1;
    const text = Buffer.from(bytes.subarray(start, start + data.length)).toString('latin1');
    expect(sha256(Buffer.from(text, 'base64'))).toBe(sha256(content));
  });

  test('are cut, not ended, when the source fails or is too short, packed or not', async () => {
    for (const bytes of [0, 100_000]) {
      const fixed = new FixedLengthStream(200_000);
      void send([new Uint8Array(1), failing(bytes)], fixed.writable);
      await expect(gather(fixed.readable, atOnce)).rejects.toThrow();
      const response = await packed(failing(bytes), 200_000, new Headers());
      await expect(response?.arrayBuffer()).rejects.toThrow();
    }
    const short = new FixedLengthStream(200_000);
    void send([new Uint8Array(199_999)], short.writable);
    await expect(gather(short.readable, atOnce)).rejects.toThrow();
  });

  test('are let go at the source when nobody takes them any more', async () => {
    const gone = Promise.withResolvers<unknown>();
    const endless = byteStream({
      fill: async (view) => view.length,
      cancel: async (reason) => gone.resolve(reason),
    });
    const fixed = new FixedLengthStream(1_000_000_000);
    const sent = send([endless], fixed.writable);
    const reader = fixed.readable.getReader();
    await reader.read();
    await reader.cancel('closed');
    await gone.promise;
    await sent;
  });
});
