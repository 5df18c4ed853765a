import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../testing.ts';
import { createTransferDecoder, decodePartStream, decodeTransfer, decodeTransferHead } from './decode.ts';

function decoded(text: string, encoding: string): string {
  return Buffer.from(decodeTransfer(bytesOf(text), encoding)).toString('latin1');
}

const ENCODINGS = ['base64', 'quoted-printable', 'x-uuencode', '8bit', 'x-unknown'];

/** Bytes among which those that mean something to a decoder are frequent. */
const noise = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'=\r\n \tAQz09+/-_`M#', 'begin 644 f\n', '\nend\n', '=\r\n', '=41'),
      fc.string(),
    ),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => new TextEncoder().encode(pieces.join('')));

describe('base64', () => {
  it('skips line ends and everything outside the alphabet', () => {
    expect(decoded('aGVs\r\nbG8=\r\n', 'base64')).toBe('hello');
    expect(decoded(' a!G*V-s_b\0G8 ', 'base64')).toBe('hello');
  });

  it('assumes missing padding and drops a single character that is left over', () => {
    expect(decoded('aGVsbG8', 'base64')).toBe('hello');
    expect(decoded('aGVsbA', 'base64')).toBe('hell');
    expect(decoded('aGVsbG8gb', 'base64')).toBe('hello ');
  });

  it('ends at padding that completes a group, so that a footer in plain text is not decoded', () => {
    expect(decoded('aGVsbG8=\r\n____\r\nlist footer', 'base64')).toBe('hello');
    expect(decoded('=aGVsbA=x=ignored', 'base64')).toBe('hell\x0c');
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes)
          .toString('base64')
          .replace(/.{1,7}/g, '$&\r\n');
        expect([...decodeTransfer(bytesOf(text), 'base64')]).toEqual([...bytes]);
      }),
    );
  });
});

describe('quoted-printable', () => {
  it('decodes escapes in either case and removes soft line breaks', () => {
    expect(decoded('a=C3=a9=\r\nb=3D=\nc', 'quoted-printable')).toBe('a\xc3\xa9b=c');
  });

  it('removes whitespace at the ends of lines, and after the = of a soft line break', () => {
    expect(decoded('a \t\r\nb= \t\r\nc  ', 'quoted-printable')).toBe('a\r\nbc');
    expect(decoded('a  b\tc', 'quoted-printable')).toBe('a  b\tc');
  });

  it('keeps what begins like an escape and is none', () => {
    expect(decoded('100=% =zz =4', 'quoted-printable')).toBe('100=% =zz =4');
    expect(decoded('a==41=', 'quoted-printable')).toBe('a=A');
    expect(decoded('a= b', 'quoted-printable')).toBe('a= b');
  });

  it('takes a bare CR for a line end', () => {
    expect(decoded('a=\rb \rc', 'quoted-printable')).toBe('ab\rc');
  });
});

describe('uuencode', () => {
  it('decodes the file between begin and end', () => {
    expect(decoded('preface\r\nbegin 644 test.txt\r\n#0V%T\r\n`\r\nend\r\nafter', 'x-uuencode')).toBe('Cat');
  });

  it('reads eaten spaces at a line end as zeros, but makes no flood of a short line', () => {
    expect(decoded('begin 644 f\n#0V$\nend\n', 'uuencode')).toBe('Ca\0');
    expect(decoded(`begin 644 f\n${'_\n'.repeat(1000)}end\n`, 'uuencode')).toBe('');
  });

  it('gives a file that is cut short as far as it goes, and text without a file as it is', () => {
    expect(decoded('begin 644 f\n#0V%T', 'uue')).toBe('Cat');
    expect(decoded('no file here\r\n', 'x-uue')).toBe('no file here\r\n');
    const long = 'x'.repeat(20_000);
    expect(decoded(long, 'x-uuencode')).toBe(long);
  });
});

describe('every encoding', () => {
  it('counts as many bytes as it writes, however the input is cut', () => {
    fc.assert(
      fc.property(
        noise,
        fc.constantFrom(...ENCODINGS),
        fc.array(fc.nat({ max: 40 })),
        (raw, encoding, cuts) => {
          const whole = decodeTransfer(raw, encoding);
          const counter = createTransferDecoder(encoding);
          const writer = createTransferDecoder(encoding);
          if (counter === null || writer === null) return;
          const out = new Uint8Array(writer.bound(raw.length) + writer.bound(0) * (cuts.length + 2));
          let counted = 0;
          let written = 0;
          let at = 0;
          for (const cut of [...cuts, raw.length]) {
            const to = Math.min(raw.length, at + cut);
            counted += counter.decode(raw, at, to, null, 0);
            const step = writer.decode(raw, at, to, out, written);
            expect(step).toBeLessThanOrEqual(writer.bound(to - at));
            written += step;
            at = to;
          }
          counted += counter.finish(null, 0);
          written += writer.finish(out, written);
          expect(counted).toBe(whole.length);
          expect([...out.subarray(0, written)]).toEqual([...whole]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('decodes a stream as it decodes the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        noise,
        fc.constantFrom(...ENCODINGS),
        fc.integer({ min: 1, max: 9 }),
        async (raw, encoding, step) => {
          const stream = new ReadableStream<Uint8Array>({
            start(controller) {
              for (let at = 0; at < raw.length; at += step) controller.enqueue(raw.slice(at, at + step));
              controller.close();
            },
          });
          const bytes = new Uint8Array(await new Response(decodePartStream(stream, encoding)).arrayBuffer());
          expect([...bytes]).toEqual([...decodeTransfer(raw, encoding)]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives the beginning of what it gives of the whole', () => {
    fc.assert(
      fc.property(noise, fc.constantFrom(...ENCODINGS), fc.nat({ max: 50 }), (raw, encoding, maxBytes) => {
        const whole = decodeTransfer(raw, encoding);
        const head = decodeTransferHead(raw, encoding, maxBytes);
        expect([...head.bytes]).toEqual([...whole.subarray(0, maxBytes)]);
        expect(head.truncated).toBe(whole.length > maxBytes);
      }),
    );
  });

  it('fails the decoded stream when its source fails', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.error(new Error('source lost'));
      },
    });
    await expect(new Response(decodePartStream(stream, 'base64')).arrayBuffer()).rejects.toThrow(
      'source lost',
    );
  });
});
