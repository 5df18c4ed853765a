import { type ByteTransform, transformBytes } from '../../../codecs/streams/index.ts';
import type { OpaqueStream, TextStream } from '../../../codecs/wbxml/index.ts';

const ALPHABET = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PAD = 0x3d;
/** Makes 64 KB of text. */
const STEP = 48 * 1024;

/** Content as base64 text of known length (RFC 4648 4, padded, without line breaks), encoded as it streams. */
export function base64Stream(content: OpaqueStream): TextStream {
  return {
    text: true,
    length: Math.ceil(content.length / 3) * 4,
    stream: async () => {
      const source = typeof content.stream === 'function' ? await content.stream() : content.stream;
      return transformBytes(source, base64Encoder(), STEP);
    },
  };
}

function base64Encoder(): ByteTransform {
  /** One or two bytes that wait for the rest of their group of three. */
  let held = 0;
  let bits = 0;
  return {
    bound: (length) => Math.ceil((length + 2) / 3) * 4,
    write(input, out) {
      let at = 0;
      for (let i = 0; i < input.length; ) {
        if (held > 0 || i + 3 > input.length) {
          bits = (bits << 8) | (input[i++] as number);
          if (++held < 3) continue;
          held = 0;
        } else {
          bits = ((input[i] as number) << 16) | ((input[i + 1] as number) << 8) | (input[i + 2] as number);
          i += 3;
        }
        out[at] = ALPHABET[(bits >> 18) & 63] as number;
        out[at + 1] = ALPHABET[(bits >> 12) & 63] as number;
        out[at + 2] = ALPHABET[(bits >> 6) & 63] as number;
        out[at + 3] = ALPHABET[bits & 63] as number;
        at += 4;
      }
      return at;
    },
    end(out) {
      if (held === 0) return 0;
      const group = bits << (8 * (3 - held));
      out[0] = ALPHABET[(group >> 18) & 63] as number;
      out[1] = ALPHABET[(group >> 12) & 63] as number;
      out[2] = held === 1 ? PAD : (ALPHABET[(group >> 6) & 63] as number);
      out[3] = PAD;
      return 4;
    },
  };
}
