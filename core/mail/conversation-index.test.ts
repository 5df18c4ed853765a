import { describe, expect, test } from 'vitest';
import { indexFromThreadIndex, isConversationIndex, replyIndex, rootIndex } from './conversation-index.ts';

const AT = Date.UTC(2009, 7, 31, 12);

function threadIndex(blocks: number[][]): string {
  const guid = Array.from({ length: 16 }, (_, i) => i);
  const bytes = [1, 0xca, 0x2c, 0xfa, 0x8a, 0x23, ...guid, ...blocks.flat()];
  return btoa(String.fromCharCode(...bytes));
}

describe('the index of a conversation (MS-ASEMAIL 2.2.2.22)', () => {
  test('begins with five bytes of the time', () => {
    expect(rootIndex(AT)).toMatch(/^ca2[0-9a-f]{7}$/);
    expect(rootIndex(AT)).toHaveLength(10);
    expect(rootIndex(AT + 1000) > rootIndex(AT)).toBe(true);
    expect(rootIndex(-1)).toHaveLength(10);
  });

  test('grows by five bytes with each reply, and keeps what it had', () => {
    const root = rootIndex(AT);
    const reply = replyIndex(root, AT + 60_000);
    const third = replyIndex(reply, AT + 120_000);
    expect(reply).toHaveLength(20);
    expect(third).toHaveLength(30);
    expect(third.startsWith(reply) && reply.startsWith(root)).toBe(true);
    expect(isConversationIndex(third)).toBe(true);
  });

  test('tells the time that passed, on a coarser scale after two years', () => {
    const root = rootIndex(AT);
    const block = (ms: number) => Number.parseInt(replyIndex(root, AT + ms).slice(10, 18), 16);
    expect(block(3_600_000)).toBeGreaterThan(block(60_000));
    expect(block(60_000) >= 0x8000_0000).toBe(false);
    expect(block(5 * 365 * 86_400_000) >= 0x8000_0000).toBe(true);
    expect(block(-5000)).toBe(0);
  });

  test('does not grow without end', () => {
    let index = rootIndex(AT);
    for (let i = 0; i < 200; i++) index = replyIndex(index, AT + i);
    expect(index).toHaveLength(1000);
  });

  test('of a reply to nothing known is that of a first message', () => {
    expect(replyIndex('', AT)).toBe(rootIndex(AT));
  });
});

describe('a Thread-Index header', () => {
  test('gives its time and its blocks, without the GUID', () => {
    expect(indexFromThreadIndex(threadIndex([]))).toBe('ca2cfa8a23');
    expect(indexFromThreadIndex(` ${threadIndex([[9, 8, 7, 6, 5]])}\r\n`)).toBe('ca2cfa8a230908070605');
  });

  test.each([
    '',
    'x',
    'not base64 at all, but long enough to be',
    threadIndex([[1, 2]]),
    btoa('short'),
    'A'.repeat(5000),
  ])('that is not valid counts for nothing: %j', (value) => {
    expect(indexFromThreadIndex(value)).toBeNull();
  });

  test('that is not there counts for nothing', () => {
    expect(indexFromThreadIndex(null)).toBeNull();
  });
});
