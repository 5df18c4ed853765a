import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedForm, goldens } from '../../test/support/wbxml.ts';
import { allTags } from './code-pages.ts';
import { cleanText } from './encode.ts';
import {
  bytesOf,
  child,
  decodeWbxml,
  el,
  encodeWbxml,
  encodeWbxmlStream,
  textOf,
  WbxmlDecodeError,
  WbxmlEncodeError,
  type WbxmlNode,
} from './index.ts';

const identity = (text: string) => text;

describe('documents written by another encoder', () => {
  test.each(goldens())('$name: read to the same tree, written to the same bytes', ({ bytes, tree }) => {
    expect(decodeWbxml(bytes)).toEqual(decodedForm(tree, identity));
    expect(Buffer.from(encodeWbxml(tree)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });
});

const current = [...allTags().values()].filter((t) => !t.legacy);

describe('the code pages (MS-ASWBXML 2.1.2.1)', () => {
  test('hold 586 tags on 26 pages, and 70 of protocol 2.x that are only read', () => {
    expect(current).toHaveLength(586);
    expect(allTags().size - current.length).toBe(70);
    expect(new Set(current.map((t) => t.page)).size + 1).toBe(26);
  });

  test('every tag round-trips', () => {
    for (const { tag } of current) expect(decodeWbxml(encodeWbxml(el(tag))).tag).toBe(tag);
  });

  test('tags of protocol 2.x are read and never written', () => {
    for (const info of [...allTags().values()].filter((t) => t.legacy)) {
      const bytes = Uint8Array.from([3, 1, 0x6a, 0, 0, info.page, info.token]);
      expect(decodeWbxml(bytes).tag).toBe(info.tag);
      expect(() => encodeWbxml(el(info.tag))).toThrow(WbxmlEncodeError);
    }
  });

  test('a tag that the negotiated version lacks is refused', () => {
    expect(() => encodeWbxml(el('Email2:IsDraft', 1), { version: '14.1' })).toThrow(/tag-not-in-version/);
    expect(encodeWbxml(el('Email2:IsDraft', 1), { version: '16.0' }).length).toBeGreaterThan(4);
    expect(() => encodeWbxml(el('Email:GlobalObjId', 'x'), { version: '16.1' })).toThrow(
      /tag-not-in-version/,
    );
    expect(() => encodeWbxml(el('Nonsense:Tag'))).toThrow(/unknown-tag/);
  });

  test('policy elements whose table entry is a slip of the documentation are written in 16.1', () => {
    const node = el('Provision:MaxDevicePasswordFailedAttempts', 4);
    expect(encodeWbxml(node, { version: '16.1' }).length).toBeGreaterThan(4);
  });
});

describe('text', () => {
  test('is valid UTF-8 without characters that an XML parser refuses', () => {
    expect(cleanText('a\u0000\u0001\u000b\tb\r\n')).toBe('a\tb\r\n');
    expect(cleanText('x\ud800y\udc00z')).toBe('x\ufffdy\ufffdz');
    expect(cleanText('\ufffe\uffff 🚀')).toBe('\ufffd\ufffd 🚀');
  });

  test('in byte-array tags goes as OPAQUE', () => {
    const bytes = encodeWbxml(el('ComposeMail:Mime', 'é'));
    expect([...bytes.slice(-5)]).toEqual([0xc3, 2, 0xc3, 0xa9, 0x01]);
  });

  test('may come as OPAQUE where a string is expected', () => {
    const sync = decodeWbxml(
      encodeWbxml(el('AirSync:Sync', el('AirSync:SyncKey', new TextEncoder().encode('7')))),
    );
    expect(textOf(sync, 'AirSync:SyncKey')).toBe('7');
    expect(bytesOf(child(sync, 'AirSync:SyncKey'))).toEqual(Uint8Array.from([0x37]));
  });
});

/** Any tree of tags with any text, however broken, and any bytes. */
const anyTree: fc.Arbitrary<WbxmlNode> = fc.letrec<{ node: WbxmlNode }>((tie) => ({
  node: fc.record({
    tag: fc.constantFrom(...current.filter((t) => !t.opaque).map((t) => t.tag)),
    content: fc.array(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
        fc.uint8Array({ maxLength: 300 }),
        tie('node'),
      ),
      { maxLength: 4 },
    ),
  }),
})).node;

describe('any tree', () => {
  test('is read back as it was written, cleaned', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        expect(decodeWbxml(encodeWbxml(tree))).toEqual(decodedForm(tree, cleanText));
      }),
    );
  });

  test('streams to the same bytes as it is written to', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (tree) => {
        const { stream, length } = encodeWbxmlStream(tree);
        const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
        expect(bytes.length).toBe(length);
        expect(Buffer.from(bytes).equals(Buffer.from(encodeWbxml(tree)))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an opaque stream', () => {
  const source = (...chunks: number[][]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const c of chunks) controller.enqueue(Uint8Array.from(c));
        controller.close();
      },
    });
  const tree = (length: number, ...chunks: number[][]) =>
    el(
      'ComposeMail:SendMail',
      el('ComposeMail:Mime', { length, stream: () => source(...chunks) }),
      el('ComposeMail:ClientId', 'x'),
    );

  test('is passed on piece by piece and keeps its place', async () => {
    const { stream, length } = encodeWbxmlStream(tree(5, [1, 2], [3, 4, 5]));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(bytes.length).toBe(length);
    const read = decodeWbxml(bytes);
    expect(bytesOf(child(read, 'ComposeMail:Mime'))).toEqual(Uint8Array.from([1, 2, 3, 4, 5]));
    expect(textOf(read, 'ComposeMail:ClientId')).toBe('x');
  });

  test.each([
    4, 6,
  ])('that brings another number of bytes than announced (%i for 5) fails the answer', async (length) => {
    const { stream } = encodeWbxmlStream(tree(length, [1, 2], [3, 4, 5]));
    await expect(new Response(stream).arrayBuffer()).rejects.toThrow(/wrong-length/);
  });

  test('is not taken by the in-memory encoder', () => {
    expect(() => encodeWbxml(tree(1, [1]))).toThrow(/stream-not-allowed/);
  });
});

describe('any bytes', () => {
  test('are decoded or refused with WbxmlDecodeError, never anything else', () => {
    const header = fc.constantFrom([3, 1, 0x6a, 0], [3, 1, 0x6a, 2, 0x41, 0], []);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 400 }), (head, rest) => {
        try {
          decodeWbxml(Uint8Array.from([...head, ...rest]));
        } catch (error) {
          expect(error).toBeInstanceOf(WbxmlDecodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
