import { describe, expect, test } from 'vitest';
import type { Factor } from '../../core/ports/sessions.ts';
import { type Subject, unique } from './subject.ts';

export function tenantKeysContract(subject: Subject): void {
  describe('keys of tenants', () => {
    test('are one of each generation, wrapped anew by who saw them last', async () => {
      const { directory } = await subject.open();
      const [tenantId, other] = [unique('tenant'), unique('tenant')];
      const key = (generation: number, wrapped = `w${generation}`) => ({
        ...{ tenantId, generation, wrapped, secretId: 'aa', createdAt: 5 },
      });
      const adds = await Promise.all([directory.addTenantKey(key(1)), directory.addTenantKey(key(1, 'x'))]);
      expect(adds.toSorted()).toEqual([false, true]);
      const first = (await directory.listTenantKeys(tenantId))[0];
      if (first === undefined) throw new Error('there is one');
      expect(await directory.addTenantKey(key(10))).toBe(true);
      expect(await directory.addTenantKey(key(2))).toBe(true);
      expect(await directory.addTenantKey({ ...key(1), tenantId: other })).toBe(true);
      expect((await directory.listTenantKeys(tenantId)).map((one) => one.generation)).toEqual([1, 2, 10]);
      const again = { ...first, wrapped: 'anew', secretId: 'bb' };
      expect(await directory.rewrapTenantKey(again, 'something else')).toBe(false);
      expect(await directory.rewrapTenantKey(again, first.wrapped)).toBe(true);
      expect(await directory.listTenantKeys(tenantId)).toEqual([again, key(2), key(10)]);
      expect(await directory.removeTenantKey(other, 2)).toBe(false);
      expect(await directory.removeTenantKey(tenantId, 2)).toBe(true);
      expect(await directory.removeTenantKey(tenantId, 2)).toBe(false);
      expect(await directory.listTenantKeys(tenantId)).toEqual([again, key(10)]);
      expect(await directory.listTenantKeys(other)).toHaveLength(1);
    });

    test('secrets that lie under them are found by user, and changed by who saw them last', async () => {
      const { directory } = await subject.open();
      const [tenantId, other] = [unique('tenant'), unique('tenant')];
      const factor = (userId: string, over: Partial<Factor> = {}): Factor => ({
        ...{
          tenantId,
          userId,
          factorId: 'totp',
          kind: 'totp',
          secret: `of ${userId}`,
          counter: 0,
          label: '',
        },
        ...{ createdAt: 5, confirmedAt: null, lastUsedAt: null },
        ...over,
      });
      for (const one of [factor('c'), factor('a'), factor('b'), factor('a', { tenantId: other })])
        await directory.putFactor(one);
      await directory.putFactor(factor('a', { kind: 'recovery', factorId: 'r' }));
      expect(await directory.listFactorsOfKind(tenantId, 'totp', '', 2)).toEqual([factor('a'), factor('b')]);
      expect(await directory.listFactorsOfKind(tenantId, 'totp', 'b', 2)).toEqual([factor('c')]);
      expect(await directory.replaceFactorSecret(factor('a', { secret: 'not that' }), 'new')).toBe(false);
      expect(await directory.replaceFactorSecret(factor('a'), 'new')).toBe(true);
      expect(await directory.listFactorsOfKind(tenantId, 'totp', '', 1)).toEqual([
        factor('a', { secret: 'new' }),
      ]);
      expect(await directory.listFactors(other, 'a')).toEqual([factor('a', { tenantId: other })]);
    });

    test('a setting is replaced only while it is what it was', async () => {
      const { directory } = await subject.open();
      const [tenantId, other] = [unique('tenant'), unique('tenant')];
      const value = { host: 'ž', parts: [1, null, { b: 1, a: 2 }] };
      expect(await directory.replaceTenantSetting(tenantId, 's', null, value)).toBe(false);
      await directory.putTenantSetting(tenantId, 's', value);
      await directory.putTenantSetting(other, 's', value);
      const read = await directory.getTenantSetting(tenantId, 's');
      expect(await directory.replaceTenantSetting(tenantId, 's', { ...value, host: 'z' }, 1)).toBe(false);
      expect(await directory.replaceTenantSetting(tenantId, 's', read, { ...value, host: 'x' })).toBe(true);
      expect(await directory.replaceTenantSetting(tenantId, 's', read, 2)).toBe(false);
      expect(await directory.getTenantSetting(tenantId, 's')).toEqual({ ...value, host: 'x' });
      expect(await directory.getTenantSetting(other, 's')).toEqual(value);
    });
  });
}
