import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MimeIndexer } from './indexer.ts';
import { resolveMimeLimits } from './limits.ts';
import { readMessage } from './read-message.ts';
import { PROBE_BYTES, StructureScanner } from './structure/scanner.ts';
import { bytesOf } from './testing.ts';
import { decodeTransfer } from './transfer/decode.ts';
import type { MessageIndex } from './types.ts';

/** What messages are made of, and what breaks them. */
const TOKENS = [
  ...[
    '\r\n',
    '\r\n',
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\r\n\r\n',
    '\n\n',
    '\r\r',
    ' ',
    '\t',
    '-',
    '--',
    '\0',
    '\xff',
    'x',
    '.',
    ':',
  ],
  ...[
    '--b',
    '--b--',
    '--b\r\n',
    '--b--\r\n',
    '\r\n--b\r\n',
    '\r\n--c\r\n',
    '\r\n--b--\r\n',
    '\r\n--c--\r\n',
    '\r\n--bc \r\n',
    '\r\n--zz\r\n',
  ],
  ...[
    'From: a@x.org\r\n',
    'Subject: s\r\n',
    'Subject: =?utf-8?q?=C5=BE?=\r\n',
    'To: g: a@b, c;\r\n',
    'X-A: \xe9\r\n',
    'Date: x\r\n',
  ],
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n',
  'Content-Type: multipart/alternative; boundary="c"\r\n',
  'Content-Type: multipart/alternative; boundary="c"\r\n\r\n--c\r\n',
  'Content-Type: multipart/related; boundary=bc\r\n\r\n--bc\r\n',
  'Content-Type: multipart/mixed\r\n',
  'Content-Type: text/html; charset=utf-7\r\n',
  'Content-Type: text/plain; name="a.txt"; format=flowed\r\n',
  "Content-Type: application/pdf; name*0*=utf-8''%C5; name*1*=%BE\r\n",
  'Content-Type: message/rfc822\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: quoted-printable\r\n',
  'Content-Transfer-Encoding: x-uuencode\r\n',
  'Content-Disposition: attachment\r\n',
  ...['QUJD', 'aGVsbG8=\r\n', '=41=\r\n', '= ', 'begin 644 f\r\n#0V%T\r\n`\r\nend\r\n', 'some text \r\n'],
];

function message(maxTokens: number): fc.Arbitrary<Uint8Array> {
  return fc
    .array(
      fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom(...TOKENS) },
        fc.string({ unit: 'binary-ascii', maxLength: 9 }),
      ),
      {
        maxLength: maxTokens,
        size: 'max',
      },
    )
    .map((tokens) => bytesOf(tokens.join('')));
}

/** Long enough that the indexer does not wait for all of it. */
const longMessage = fc.tuple(message(40), message(400), fc.nat({ max: 3 })).map(([head, body, times]) => {
  const fill = bytesOf('filler text \r\n--x\r\n'.repeat(times * 150));
  return Uint8Array.from([...head, ...fill, ...body, ...fill]);
});

const LIMITS = {
  maxParts: 12,
  maxDepth: 4,
  maxHeaderFields: 8,
  maxFieldBytes: 120,
  maxHeaderBytes: 600,
  maxParams: 4,
};

function indexInChunks(raw: Uint8Array, sizes: number[]): MessageIndex {
  const indexer = new MimeIndexer(LIMITS);
  let at = 0;
  for (let i = 0; at < raw.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    indexer.write(raw.slice(at, at + size));
    at += size;
  }
  return indexer.end();
}

function isBlank(raw: Uint8Array, from: number, to: number): boolean {
  return raw.subarray(from, to).every((byte) => byte <= 32);
}

describe('whatever the bytes of a message are', { timeout: 60_000 }, () => {
  it('its parts are ranges inside of it, in order, each inside its parent', () => {
    fc.assert(
      fc.property(message(80), (raw) => {
        const { index } = readMessage(raw, { limits: LIMITS });
        expect(index.size).toBe(raw.length);
        expect(index.headerEnd).toBeLessThanOrEqual(raw.length);
        const made = index.parts.findIndex(
          (part) => part.path.endsWith('0') && part.headerStart === part.bodyStart,
        );
        for (const [at, part] of index.parts.entries()) {
          expect(part.headerStart).toBeGreaterThanOrEqual(0);
          expect(part.bodyStart).toBeGreaterThanOrEqual(part.headerStart);
          expect(part.bodyEnd).toBeGreaterThanOrEqual(part.bodyStart);
          expect(part.bodyEnd).toBeLessThanOrEqual(raw.length);
          const parent = part.parent === null ? undefined : index.parts[part.parent];
          if (parent !== undefined) {
            expect(part.headerStart).toBeGreaterThanOrEqual(parent.bodyStart);
            expect(part.bodyEnd).toBeLessThanOrEqual(parent.bodyEnd);
          }
          const before = index.parts[at - 1];
          if (before === undefined || (made >= 0 && at >= made)) continue;
          expect(part.headerStart).toBeGreaterThanOrEqual(before.bodyStart);
          if (!before.mediaType.startsWith('multipart/'))
            expect(part.headerStart).toBeGreaterThanOrEqual(before.bodyEnd);
        }
        for (const at of [...index.attachments, index.bodyText, index.bodyHtml]) {
          if (at !== null) expect(index.parts[at]).toBeDefined();
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('the decoded size of each part is what decoding it gives', () => {
    fc.assert(
      fc.property(message(80), (raw) => {
        for (const part of readMessage(raw, { limits: LIMITS }).index.parts) {
          const decoded = decodeTransfer(raw.subarray(part.bodyStart, part.bodyEnd), part.encoding);
          expect(part.decodedSize).toBe(decoded.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('something of it is seen, unless all its parts are blank (I10)', () => {
    fc.assert(
      fc.property(message(80), (raw) => {
        const { index, text, html } = readMessage(raw, { limits: LIMITS });
        if (index.attachments.length > 0 || (text ?? '').trim() !== '' || (html ?? '').trim() !== '') return;
        for (const part of index.parts) {
          if (part.mediaType.startsWith('multipart/')) continue;
          const nothing =
            isBlank(raw, part.bodyStart, part.bodyEnd) || /^[\0\s\ufeff]*$/.test(text ?? html ?? '');
          expect(nothing).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('its index is the same however it is cut into chunks', () => {
    fc.assert(
      fc.property(
        longMessage,
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
        (raw, sizes) => {
          expect(indexInChunks(raw, sizes)).toEqual(indexInChunks(raw, [raw.length]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('the scanner finds the same when it is shown one byte more at a time', () => {
    fc.assert(
      fc.property(longMessage, (raw) => {
        const whole = new StructureScanner(resolveMimeLimits(LIMITS), new Set());
        whole.scan(raw, true);
        const stepped = new StructureScanner(resolveMimeLimits(LIMITS), new Set());
        let from = 0;
        for (let to = Math.min(PROBE_BYTES, raw.length); to < raw.length; to++) {
          from += stepped.scan(raw.subarray(from, to), false);
        }
        stepped.scan(raw.subarray(from), true);
        expect(stepped.tree.parts).toEqual(whole.tree.parts);
        expect(stepped.tree.visible).toEqual(whole.tree.visible);
        expect(stepped.rootFields).toEqual(whole.rootFields);
      }),
      { numRuns: 100 },
    );
  });

  it('its index survives JSON', () => {
    fc.assert(
      fc.property(message(60), (raw) => {
        const { index } = readMessage(raw);
        const copy: MessageIndex = JSON.parse(JSON.stringify(index));
        expect(JSON.stringify(copy)).toBe(JSON.stringify(index));
        expect(JSON.stringify(index)).not.toMatch(/\\u00|\\ud[89a-f]/);
      }),
      { numRuns: 500 },
    );
  });
});
