import { describe, expect, it } from 'vitest';
import { unpackItem } from './transfer.ts';

const HEAD = {
  ...{ v: 1, kind: 'event', isRead: true, flag: null, categories: ['Blue'], receivedAt: 5, extended: {} },
  ...{ isDraft: false, lastVerb: 0, lastVerbAt: null, rawSize: 0, document: { title: 'Plan' } },
  files: [
    { id: 'a', size: 2 },
    { id: 'b', size: 0 },
    { id: 'c', size: 3 },
  ],
};

function packed(head: unknown, body: string): Uint8Array {
  return new TextEncoder().encode(`waypost-item-1\n${JSON.stringify(head)}\n${body}`);
}

describe('an item that was exported', () => {
  it('is taken apart into what it is and its files', () => {
    const { head, files } = unpackItem(packed(HEAD, 'aaccc'));
    expect(head).toEqual(HEAD);
    expect(files.map(({ id, bytes }) => [id, new TextDecoder().decode(bytes)])).toEqual([
      ['a', 'aa'],
      ['b', ''],
      ['c', 'ccc'],
    ]);
    const message = { ...HEAD, kind: 'message', rawSize: 4, document: null, files: [] };
    expect(new TextDecoder().decode(unpackItem(packed(message, 'raw!')).raw)).toBe('raw!');
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['another mark', new TextEncoder().encode(`waypost-item-2\n${JSON.stringify(HEAD)}\naaccc`)],
    ['no JSON', new TextEncoder().encode('waypost-item-1\n{"v":1\n')],
    ['less than it says', packed(HEAD, 'aacc')],
    ['an unknown kind', packed({ ...HEAD, kind: 'script' }, 'aaccc')],
    ['no document', packed({ ...HEAD, document: null }, 'aaccc')],
    ['a size that is none', packed({ ...HEAD, rawSize: -1 }, 'aaccc')],
    ['a file that lies elsewhere', packed({ ...HEAD, files: [{ id: '../a', size: 5 }] }, 'aaccc')],
    ['categories that are no words', packed({ ...HEAD, categories: [1] }, 'aaccc')],
  ])('is refused when it is %s', (_what, bytes) => {
    expect(() => unpackItem(bytes)).toThrow('not that of an exported item');
  });
});
