import { describe, expect, it } from 'vitest';
import { recipientCacheProperties } from './recipient-cache.ts';

describe('an item of the recipient information cache', () => {
  it('MS-ASCNTC S01_TC04 holds address, name and rank in schema order and nothing else', () => {
    const bob = { itemId: 'i', address: 'bob@x.test', name: 'Bob', uses: 1, lastUsedAt: 5 };
    expect(recipientCacheProperties(bob, 5).map((p) => [p.tag, ...p.content])).toEqual([
      ['Contacts:Email1Address', 'bob@x.test'],
      ['Contacts:FileAs', 'Bob'],
      ['Contacts:WeightedRank', '10000'],
    ]);
    const [, fileAs] = recipientCacheProperties({ ...bob, name: '' }, 5);
    expect(fileAs?.content).toEqual(['bob@x.test']);
  });
});
