import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liftBody } from './lift.ts';
import { parseXml } from './parse.ts';
import { at } from './read.ts';
import { writeElement, writeTyped } from './write.ts';

const LIMITS = { maxText: 1_000_000, maxLong: 1_000_000 };
const encode = (text: string) => new TextEncoder().encode(text);

function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

describe('reading', () => {
  it.each([
    ['<a></b>', 'malformed'],
    ['<a/><b/>', 'malformed'],
    ['words', 'malformed'],
    ['<a/>words', 'malformed'],
    ['<a>\u0001</a>', 'malformed'],
    ['<a x="1" x="2"/>', 'malformed'],
    ['<__proto__/>', 'malformed'],
    ['<a>&#0;</a>', 'malformed'],
    ['<a b="&#x0;"/>', 'malformed'],
    ['<a>&#xD800;</a>', 'malformed'],
    ['<a>&#x110000;</a>', 'malformed'],
    ['<a>&#xFFFE;</a>', 'malformed'],
    ['<a>&#;</a>', 'malformed'],
    [`<a>&#${'9'.repeat(100_000)};</a>`, 'malformed'],
    ['<!DOCTYPE a><a/>', 'doctype'],
    ['<!doctype a [<!ENTITY x "y">]><a>&x;</a>', 'doctype'],
    [`${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}`, 'malformed'],
    [`<a ${Array.from({ length: 100 }, (_, i) => `a${i}="1"`).join(' ')}/>`, 'limits'],
    [`<a>${'<b/>'.repeat(300_000)}</a>`, 'limits'],
  ])('refuses %.40s', (text, kind) => {
    expect(() => parseXml(text)).toThrowError(expect.objectContaining({ kind }));
  });

  it('knows references from what only looks like one', () => {
    const root = parseXml('<a b="&#x0000041;">&#9;&#x1F600;<![CDATA[&#0;]]>&amp;#0;</a>');
    expect([root.attributes['b'], root.text]).toEqual(['A', '\t\u{1f600}&#0;&#0;']);
  });

  it('keeps text, references and the order of what is mixed', () => {
    const root = parseXml('<p:a xmlns:p="u" b="&lt;&#65;"> x <c/>y&amp;<![CDATA[<z>]]></p:a>');
    expect([root.name, root.attributes, root.children.map((c) => c.name)]).toEqual(['a', { b: '<A' }, ['c']]);
    expect(root.content.map((one) => (typeof one === 'string' ? one : one.name)).join('|')).toMatch(
      /^ x \|c\|y&/,
    );
  });
});

describe('long texts', () => {
  const document = (content: string) =>
    `<s:Body><t:MimeContent CharacterSet="UTF-8">${content}</t:MimeContent><Content/><!-- <Content>QQ==</Content> --><t:Subject>é<![CDATA[<Content>QUJD</Content>]]></t:Subject><Content>\n QUI=\n</Content></s:Body>`;

  it.each([1, 2, 3, 7, 64, 100_000])('are taken out, whatever the pieces (%i bytes)', async (size) => {
    const bytes = crypto.getRandomValues(new Uint8Array(5000));
    const { text, long } = await liftBody(
      inPieces(encode(document(Buffer.from(bytes).toString('base64'))), size),
      LIMITS,
    );
    expect(long.map((one) => (one === null ? null : Buffer.from(one).toString('hex')))).toEqual([
      Buffer.from(bytes).toString('hex'),
      '4142',
    ]);
    const root = parseXml(text);
    expect([at(root, 'MimeContent')?.text, at(root, 'Subject')?.text]).toEqual([
      '0',
      'é<Content>QUJD</Content>',
    ]);
  });

  it.each([
    0, 1_000, 700_000, 1_400_000, 5_000_000,
  ])('are the same where %i bytes are announced', async (expected) => {
    const bytes = Buffer.alloc(700_000, 'one after the other');
    const given = encode(document(bytes.toString('base64')));
    const { long } = await liftBody(inPieces(given, 65_536), { maxText: 1e6, maxLong: 1e6, expected });
    expect(long.map((one) => one?.length)).toEqual([700_000, 2]);
    expect(Buffer.compare(long[0] ?? new Uint8Array(), bytes)).toBe(0);
    // None of them keeps more memory than twice what it needs.
    for (const one of long)
      expect(one?.buffer.byteLength).toBeLessThanOrEqual(Math.max(1024, 2 * (one?.length ?? 0)));
  });

  it('are null when they are no base64', async () => {
    const { long } = await liftBody(inPieces(encode(document('Q')), 10), LIMITS);
    expect(long[0]).toBeNull();
  });

  it('have a limit, as the rest has', async () => {
    const big = 'QUJD'.repeat(400_000);
    await expect(liftBody(inPieces(encode(document(big)), 65_536), LIMITS)).rejects.toMatchObject({
      kind: 'limits',
    });
    const text = `<a>${'x'.repeat(1_000_001)}</a>`;
    await expect(liftBody(inPieces(encode(text), 65_536), LIMITS)).rejects.toMatchObject({ kind: 'limits' });
    const unended = `<!--${'-'.repeat(1_100_000)}`;
    await expect(liftBody(inPieces(encode(unended), 65_536), LIMITS)).rejects.toMatchObject({
      kind: 'limits',
    });
  });

  it.each([
    ['a comment', '<!--- -- >', 'malformed'],
    ['a section', '<![CDATA[]] ]>', 'malformed'],
    ['a tag', '<a b="- -', 'limits'],
    ['an instruction', '<?a - -', 'limits'],
    ['many tags', '<a><', 'limits'],
    ['many comments', '<!---->', 'limits'],
  ])('cost no more than they are long where %s does not end (A03)', async (_, begin, kind) => {
    const content = begin.length < 8 ? begin.repeat(1_000_000) : begin + begin.slice(-4).repeat(1_500_000);
    const began = performance.now();
    const limits = { maxText: 8_000_000, maxLong: 1_000_000 };
    await expect(liftBody(inPieces(encode(`<x>${content}`), 65_536), limits)).rejects.toMatchObject({ kind });
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('leave comments and sections as they are for the parser, wherever the pieces are cut', async () => {
    const text = '<a>x<!-- - -- ->-->y<![CDATA[]] ]>]]]>z<!----></a>';
    for (let size = 1; size < text.length; size++) {
      const lifted = await liftBody(inPieces(encode(text), size), LIMITS);
      expect([size, parseXml(lifted.text).text]).toEqual([size, 'xy]] ]>]z']);
    }
  });
});

describe('writing', () => {
  it('writes an object that cannot change once for each name it stands under', () => {
    const frozen = Object.freeze({ '@Id': 'a&b' });
    const write = (name: string) =>
      writeTyped({ name, prefix: 't', type: null }, frozen).map(String).join('');
    expect(['ItemId', 'ItemId', 'FolderId', 'ItemId'].map(write)).toEqual([
      ...['<t:ItemId Id="a&amp;b"/>', '<t:ItemId Id="a&amp;b"/>', '<t:FolderId Id="a&amp;b"/>'],
      '<t:ItemId Id="a&amp;b"/>',
    ]);
  });

  it('puts elements in the order of the schema, whatever the order of the data', () => {
    const chunks = writeElement('GetItemResponse', {
      ResponseMessages: {
        $: [
          [
            'GetItemResponseMessage',
            {
              Items: { $: [['Message', { Subject: 'a', ItemId: { '@Id': '1', '@ChangeKey': '2' } }]] },
              ResponseCode: 'NoError',
              '@ResponseClass': 'Success',
            },
          ],
        ],
      },
    });
    expect(chunks).toEqual([
      '<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success">' +
        '<m:ResponseCode>NoError</m:ResponseCode><m:Items><t:Message><t:ItemId Id="1" ChangeKey="2"/>' +
        '<t:Subject>a</t:Subject></t:Message></m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>',
    ]);
  });

  it('does not write what the schema does not have', () => {
    expect(() => writeElement('GetItemResponse', { Nonsense: 'x' })).toThrow(/no element Nonsense/);
    expect(() => writeElement('NonsenseResponse', {})).toThrow(/no answer/);
  });

  it('writes any text so that it is read as it was, but for what XML cannot say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const [xml] = writeElement('GetFolderResponse', {
          ResponseMessages: {
            $: [['GetFolderResponseMessage', { MessageText: `.${text}.`, ResponseCode: 'NoError' }]],
          },
        });
        const root = parseXml(String(xml));
        const read = at(root, 'ResponseMessages', 'GetFolderResponseMessage', 'MessageText')?.text;
        expect(read).toBe(`.${text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')}.`);
      }),
    );
  });
});
