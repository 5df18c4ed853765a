import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goldens } from '../../test/support/wbxml.ts';
import { bytesOf, child, decodeWbxml, textOf, WbxmlDecodeError } from './index.ts';

const H = [0x03, 0x01, 0x6a, 0x00];
const ascii = (text: string) => [...Buffer.from(text, 'latin1')];
const decode = (...bytes: number[]) => decodeWbxml(Uint8Array.from(bytes));

/** The code with which a document is refused. */
function refusal(bytes: number[], limits = {}): string {
  try {
    decodeWbxml(Uint8Array.from(bytes), limits);
  } catch (error) {
    if (error instanceof WbxmlDecodeError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('documents of general WBXML encoders', () => {
  test('with a public id by name and a string table are read', () => {
    // What xml2wbxml (libwbxml 0.11) makes of <Sync><Collections><Collection><SyncKey>0 without its option -a.
    const name = ascii('-//MICROSOFT//DTD ActiveSync//EN\0');
    const root = decode(
      ...[3, 0, 0, 0x6a, name.length, ...name],
      ...[0x45, 0x5c, 0x4f, 0x4b, 3, 0x30, 0, 1, 1, 1, 1],
    );
    const collection = child(child(root, 'AirSync:Collections'), 'AirSync:Collection');
    expect(textOf(collection, 'AirSync:SyncKey')).toBe('0');
  });

  test('may take strings out of the table, from the middle of one too', () => {
    const table = ascii('Inbox\0');
    const root = decode(3, 1, 0x6a, table.length, ...table, 0, 7, 0x47, 0x83, 0, 3, 0x2f, 0, 0x83, 2, 1);
    expect(root).toEqual({ tag: 'FolderHierarchy:DisplayName', children: [], text: 'Inbox/box' });
  });

  test('of WBXML 1.1 and 1.2 are read, of 1.0 not: it has no charset', () => {
    expect(decode(1, 1, 0x6a, 0, 0x05).tag).toBe('AirSync:Sync');
    expect(decode(2, 1, 0x6a, 0, 0x05).tag).toBe('AirSync:Sync');
    expect(refusal([0, 1, 0x6a, 0, 0x05])).toBe('bad-header');
  });

  test('may switch pages where nothing follows', () => {
    expect(decode(...H, 0, 0, 0x45, 0, 17, 1, 0, 0).tag).toBe('AirSync:Sync');
  });

  test('of another type are refused', () => {
    expect(refusal([3, 5, 0x6a, 0, 0x45, 1])).toBe('bad-header');
  });

  test('are refused when a string of the table has no end', () => {
    expect(refusal([3, 1, 0x6a, 2, 0x41, 0x42, 0x45, 0x83, 0, 1])).toBe('bad-string-table');
    expect(refusal([3, 0, 0, 0x6a, 2, 0x41, 0x42, 0x05])).toBe('bad-header');
  });
});

describe('content in pieces', () => {
  test('is joined, text apart from bytes, whatever stands between', () => {
    const root = decode(
      ...[...H, 0x45, 3, 0x61, 0, 0xc3, 1, 0xff, 0x05, 3, 0, 3, 0x62, 0, 0xc3, 0, 0xc3, 2, 0, 1, 2, 0x63, 1],
    );
    expect(root.text).toBe('abc');
    expect(root.opaque).toEqual(Uint8Array.from([0xff, 0, 1]));
    expect(root.children).toEqual([{ tag: 'AirSync:Sync', children: [], text: '' }]);
  });

  test('of one element does not leak into the next on its level', () => {
    const root = decode(...H, 0x45, 0x4b, 3, 0x61, 0, 0xc3, 1, 7, 1, 0x4b, 1, 0x4b, 3, 0x62, 0, 1, 1);
    expect(root.children.map((c) => [c.text, c.opaque])).toEqual([
      ['a', Uint8Array.from([7])],
      ['', undefined],
      ['b', undefined],
    ]);
  });

  test('of many single bytes keeps them all in their order', () => {
    const bytes = Array.from({ length: 5000 }, (_, i) => i & 0xff);
    const pieces = bytes.flatMap((b) => [0xc3, 1, b]);
    expect(decode(...H, 0x45, ...pieces, 1).opaque).toEqual(Uint8Array.from(bytes));
  });

  test('may be entities', () => {
    expect(decode(...H, 0x45, 3, 0x78, 0, 2, 0x60, 2, 0x87, 0xe8, 0x00, 3, 0x79, 0, 1).text).toBe(
      'x`\u{1f400}y',
    );
    expect(refusal([...H, 0x45, 2, 1, 1])).toBe('bad-entity');
    expect(refusal([...H, 0x45, 2, 0x83, 0xff, 0x7e, 1])).toBe('bad-entity');
  });
});

describe('strings', () => {
  test('keep a byte order mark and lose characters that XML forbids', () => {
    expect(decode(...H, 0x45, 3, 0xef, 0xbb, 0xbf, 0x61, 1, 0x62, 9, 0, 1).text).toBe('\ufeffab\t');
    expect(decode(...H, 0x45, 3, ...ascii('x'.repeat(100)), 1, 0, 1).text).toBe('x'.repeat(100));
  });

  test.each([1, 31, 32, 33, 200])('of %i ASCII and of as many other characters are read alike', (length) => {
    for (const text of ['a'.repeat(length), 'é'.repeat(length), `${'z'.repeat(length - 1)}🚀`]) {
      expect(decode(...H, 0x45, 3, ...Buffer.from(text), 0, 1).text).toBe(text);
    }
  });

  test('that are not UTF-8 are kept as bytes in byte-array tags: messages come in 8 bits', () => {
    const mime = decode(...H, 0, 21, 0x50, 3, 0x41, 0xe9, 0, 1);
    expect(bytesOf(mime)).toEqual(Uint8Array.from([0x41, 0xe9]));
    expect(refusal([...H, 0, 17, 0x4b, 3, 0x41, 0xe9, 0, 1])).toBe('bad-utf8');
  });
});

describe('limits', () => {
  test('of table text are a few times the document, not a thousand times', () => {
    const table = [...ascii('A'.repeat(30_000)), 0];
    const length = [0x80 | (table.length >> 14), 0x80 | ((table.length >> 7) & 0x7f), table.length & 0x7f];
    const document = (references: number) => [
      ...[3, 1, 0x6a, ...length, ...table, 0x45],
      ...Array.from({ length: references }, () => [0x83, 0]).flat(),
      1,
    ];
    expect(decode(...document(5)).text).toHaveLength(150_000);
    expect(refusal(document(1300))).toBe('too-much-text');
  });

  test('are the caller’s to lower', () => {
    const document = [3, 1, 0x6a, 1, 0, 0x45, 0x46, 3, 0x61, 0x62, 0, 1, 1];
    expect(refusal(document)).toBe('accepted');
    expect(refusal(document, { maxBytes: 12 })).toBe('too-large');
    expect(refusal(document, { maxDepth: 1 })).toBe('too-deep');
    expect(refusal(document, { maxNodes: 1 })).toBe('too-many-nodes');
    expect(refusal(document, { maxStringTable: 0 })).toBe('bad-string-table');
    expect(refusal(document, { maxTextBytes: 1 })).toBe('too-much-text');
    expect(refusal(document, { maxTextBytes: 2, maxDepth: undefined })).toBe('accepted');
  });

  test.each([
    { maxDepth: 0 },
    { maxDepth: 257 },
    { maxBytes: 1.5 },
    { maxNodes: Number.NaN },
    { maxStringTable: -1 },
    { maxTextBytes: Number.POSITIVE_INFINITY },
  ])('out of range are a fault of the caller: %o', (limits) => {
    expect(() => decodeWbxml(Uint8Array.from([...H, 5]), limits)).toThrow(RangeError);
  });
});

test('a refusal says where', () => {
  expect(() => decode(...H, 0x45, 0x7f)).toThrow(/bad-tag at byte 6/);
});

test('golden documents with bytes changed, lost or doubled are decoded or refused, never anything else', () => {
  const damage = fc.record({
    document: fc.constantFrom(...goldens().map((golden) => golden.bytes)),
    edits: fc.array(fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
  });
  let decoded = 0;
  fc.assert(
    fc.property(damage, ({ document, edits }) => {
      const bytes = [...document];
      for (const { at, cut, put } of edits) bytes.splice(at % bytes.length, cut, ...put);
      if (refusal(bytes) === 'accepted') decoded += 1;
    }),
    { numRuns: 2000 },
  );
  // Else the damage would always be found in the header, and nothing would have been tried.
  expect(decoded).toBeGreaterThan(50);
});
