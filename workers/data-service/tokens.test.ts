import { describe, expect, test } from 'vitest';
import { readInternalTokens } from '../../platform/internal-tokens.ts';
import { callerOf } from './tokens.ts';

const [A, B] = ['a'.repeat(32), 'b'.repeat(40)];

describe('tokens of the data service', () => {
  test('are several, of one name too, each perhaps for one tenant', () => {
    expect(readInternalTokens(`portal:${A}, portal:${B}\narchive@t1:${A}`)).toEqual([
      { name: 'portal', token: A, tenantId: null },
      { name: 'portal', token: B, tenantId: null },
      { name: 'archive', token: A, tenantId: 't1' },
    ]);
    expect(readInternalTokens(' , ')).toEqual([]);
  });

  test.each([
    `portal:${'a'.repeat(31)}`,
    A,
    `:${A}`,
    `a b:${A}`,
    `p@:${A}`,
    `p@T 1:${A}`,
    `p:${A}ä`,
    `p:${A},x`,
  ])('of another form are refused as a whole: %s', (text) => expect(readInternalTokens(text)).toBeNull());

  test('are whose they are, as long as they are there', async () => {
    const both = readInternalTokens(`one:${A},two@t1:${B}`) ?? [];
    expect(await callerOf(A, both)).toEqual({ name: 'one', tenantId: null });
    expect(await callerOf(B, both)).toEqual({ name: 'two', tenantId: 't1' });
    expect(await callerOf(A, readInternalTokens(`two:${B}`) ?? [])).toBeNull();
    for (const given of [null, '', A.slice(1), `${A}x`, 'x'.repeat(100_000)]) {
      expect(await callerOf(given, both)).toBeNull();
    }
  });
});
