import { Buffer } from 'node:buffer';
import type { OpaqueStream, TextStream } from '../../../codecs/wbxml/index.ts';

/** Content as base64 text of known length (RFC 4648 4, padded, without line breaks), encoded as it streams. */
export function base64Stream(content: OpaqueStream): TextStream {
  return {
    text: true,
    length: Math.ceil(content.length / 3) * 4,
    stream: async () => {
      const source = typeof content.stream === 'function' ? await content.stream() : content.stream;
      return source.pipeThrough(base64Encoder());
    },
  };
}

function base64Encoder(): TransformStream<Uint8Array, Uint8Array> {
  /** One or two bytes that wait for the rest of their group of three. */
  let held = new Uint8Array();
  const encode = (bytes: Uint8Array) =>
    new TextEncoder().encode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'));
  return new TransformStream({
    transform(chunk, controller) {
      let bytes = chunk;
      if (held.length > 0) {
        bytes = new Uint8Array(held.length + chunk.length);
        bytes.set(held);
        bytes.set(chunk, held.length);
      }
      const whole = bytes.length - (bytes.length % 3);
      held = bytes.slice(whole);
      if (whole > 0) controller.enqueue(encode(bytes.subarray(0, whole)));
    },
    flush(controller) {
      if (held.length > 0) controller.enqueue(encode(held));
    },
  });
}
