import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mboxEntry, readMbox } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (raw: Uint8Array | null | undefined) => (raw == null ? null : new TextDecoder().decode(raw));
const AT = Date.UTC(2026, 2, 29, 1, 30, 7);

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** The file in chunks of `size` bytes, each in the same buffer as a file handle gives them. */
async function* chunked(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < file.length; at += size) {
    const piece = file.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

async function read(file: Uint8Array | string, { chunk = 64, max = 1_000_000 } = {}) {
  const whole = typeof file === 'string' ? bytes(file) : file;
  const messages = [];
  for await (const message of readMbox(chunked(whole, chunk), max)) messages.push(message);
  return messages;
}

const written = (...raws: (string | Uint8Array)[]) =>
  concat(
    raws.flatMap((raw) => mboxEntry(typeof raw === 'string' ? bytes(raw) : raw, 'ann@example.test', AT)),
  );

describe('an mbox file', () => {
  test('has a From_ line before each message and an empty one behind it', () => {
    expect(text(written('Subject: a\n\nb\n'))).toBe(
      'From ann@example.test Sun Mar 29 01:30:07 2026\nSubject: a\n\nb\n\n',
    );
    expect(text(concat(mboxEntry(bytes('x\n'), 'no address', AT)))).toMatch(/^From MAILER-DAEMON /);
  });

  test('quotes lines that look like From_ lines, quoted ones as well', () => {
    const raw = 'From me\n\nFrom here\n>From there\n>>From\n From\nfrom x\n';
    expect(text(written(raw))?.split('\n').slice(1, -2)).toEqual([
      ...['>From me', '', '>From here', '>>From there', '>>From', ' From', 'from x'],
    ]);
  });

  test.each([
    ['plain', 'Subject: a\n\nb\n'],
    ['with CRLF', 'Subject: a\r\n\r\nb\r\n\r\nFrom c\r\n'],
    ['beginning with From_', 'From x\nFrom y\n'],
    ['with empty lines at its end', 'a\n\n\n\n'],
    ['with nothing but an empty line', '\n'],
    ['with bare carriage returns', 'a\rFrom b\r\n\rFrom c\n'],
    ['with a From_ line that is real', 'a\n\nFrom x@y Mon Mar 30 10:00:00 2026\n\nb\n'],
    ['with bytes that are no text', 'a\n\0\u{1f600}\n'],
  ])('gives a message %s back byte for byte', async (_name, raw) => {
    for (const chunk of [1, 7, 64, 4096]) {
      const messages = await read(written(raw, 'second\n', raw), { chunk });
      expect(messages.map((m) => text(m.raw))).toEqual([raw, 'second\n', raw]);
      expect(messages.map((m) => m.receivedAt)).toEqual([AT, AT, AT]);
    }
  });

  test('ends a message that has no last line feed with one', async () => {
    const messages = await read(written('a\n\nb', 'c\n'));
    expect(messages.map((m) => text(m.raw))).toEqual(['a\n\nb\n', 'c\n']);
  });

  test('gives any messages back that end in a line feed', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('', 'From ', '>From x', '\r', 'From x Mon Mar 30 10:00:00 2026', '>'.repeat(300)),
      fc.constant('x'.repeat(3000)),
      fc.constant(`From ${'y'.repeat(1200)}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 2000 }),
        async (messages, chunk) => {
          const raws = messages.map((lines) => `${lines.join('\n')}\n`.toWellFormed());
          const back = await read(written(...raws), { chunk });
          expect(back.map((m) => text(m.raw))).toEqual(raws);
        },
      ),
    );
  });
});

describe('mbox files of others', () => {
  test('may end without an empty line, or without a line feed', async () => {
    const from = 'From a@b Thu Jan  1 00:00:10 1970\n';
    expect((await read(`${from}a\n`)).map((m) => text(m.raw))).toEqual(['a\n']);
    expect((await read(`${from}a`)).map((m) => text(m.raw))).toEqual(['a']);
    expect((await read(from)).map((m) => [text(m.raw), m.receivedAt])).toEqual([['', 10_000]]);
  });

  test('may have text with From that nobody quoted', async () => {
    const file = 'From - Mon Mar 30 10:00:00 2026\nX: 1\n\nFrom now on\n\nFrom here, too\nend\n';
    const [only, ...others] = await read(file);
    expect(text(only?.raw)).toBe('X: 1\n\nFrom now on\n\nFrom here, too\nend\n');
    expect(others).toEqual([]);
  });

  test('may name no times at all', async () => {
    const messages = await read('From a\nX: 1\n\nFrom b\nY: 2\n');
    expect(messages.map((m) => [text(m.raw), m.receivedAt])).toEqual([
      ['X: 1\n', null],
      ['Y: 2\n', null],
    ]);
  });

  test('may have line ends of Windows and zones', async () => {
    const file =
      'From a@b Mon Mar 30 10:00:00 +0200 2026\r\nX: 1\r\n\r\nb\r\n\r\nFrom a@b Mon Mar 30 10:00:00 2026 +0200\r\nY: 2\r\n';
    const at = Date.UTC(2026, 2, 30, 8);
    expect((await read(file)).map((m) => [text(m.raw), m.receivedAt])).toEqual([
      ['X: 1\r\n\r\nb\r\n', at],
      ['Y: 2\r\n', at],
    ]);
  });

  test('that are none have no messages', async () => {
    expect(await read('no From_ line\n\nFrom x Mon Mar 30 10:00:00 2026 is late\n')).toHaveLength(1);
    expect(await read('nothing\nat all\n')).toEqual([]);
    expect(await read('')).toEqual([]);
  });

  test('tell the size of what is too long, and go on', async () => {
    const file = written(`${'x'.repeat(200_000)}\n`, 'small\n');
    const messages = await read(file, { chunk: 1000, max: 100_000 });
    expect(messages.map((m) => [text(m.raw), m.size])).toEqual([
      [null, 200_001],
      ['small\n', 6],
    ]);
  });

  test('with a line of many megabytes are read in no time', async () => {
    const [only] = await read(written(`${'x'.repeat(20_000_000)}\n`), { chunk: 65_536, max: 30_000_000 });
    expect(only?.size).toBe(20_000_001);
  });
});
