import { describe, expect, test } from 'vitest';
import { type Subject, unique } from './subject.ts';

export function holdsContract(subject: Subject): void {
  describe('legal holds', () => {
    const hold = (over: object) => ({
      ...{
        tenantId: 't',
        holdId: unique('hold'),
        userId: null,
        reason: 'Čase 1',
        placedBy: 'admin',
        since: 5,
      },
      ...over,
    });

    test('cover a user or a whole tenant until they are released', async () => {
      const { directory } = await subject.open();
      const tenantId = unique('tenant');
      const [whole, ann] = [hold({ tenantId }), hold({ tenantId, userId: 'ann', since: 7 })];
      await directory.placeHold(whole);
      await directory.placeHold(ann);
      await directory.placeHold({ ...ann, reason: 'another' });
      const open = { releasedAt: null, releasedBy: null };
      expect(await directory.listHolds(tenantId)).toEqual([
        { ...ann, ...open },
        { ...whole, ...open },
      ]);
      const ids = async (userId: string, tenant = tenantId) =>
        (await directory.holdsOn(tenant, userId)).map((h) => h.holdId);
      expect(await ids('ann')).toEqual([ann.holdId, whole.holdId]);
      expect(await ids('bob')).toEqual([whole.holdId]);
      expect(await ids('ann', 'stranger')).toEqual([]);
      expect(await directory.releaseHold('stranger', whole.holdId, 'eve', 9)).toBe(false);
      expect(await directory.releaseHold(tenantId, whole.holdId, 'carol', 9)).toBe(true);
      expect(await directory.releaseHold(tenantId, whole.holdId, 'dora', 10)).toBe(false);
      expect(await ids('bob')).toEqual([]);
      expect(await ids('ann')).toEqual([ann.holdId]);
      expect(await directory.listHolds(tenantId, { released: true })).toContainEqual({
        ...whole,
        releasedAt: 9,
        releasedBy: 'carol',
      });
    });
  });

  describe('settings of a user', () => {
    test('are JSON under a name, each user its own, and are read with the tenant’s in one go', async () => {
      const { directory } = await subject.open();
      const tenantId = unique('tenant');
      expect(await directory.quotaValues(tenantId, 'ann')).toEqual({ tenant: null, usage: null, user: null });
      await directory.putUserSetting(tenantId, 'ann', 'quota', { warn: 1 });
      await directory.putUserSetting(tenantId, 'ann', 'quota', { warn: 2, name: 'é' });
      await directory.putUserSetting(tenantId, 'bob', 'quota', { warn: 3 });
      await directory.putUserSetting(tenantId, 'ann', 'other', [1]);
      await directory.putTenantSetting(tenantId, 'quota', { totalBytes: 9 });
      await directory.putTenantSetting(tenantId, 'usage', { countedAt: 8 });
      expect(await directory.getUserSetting(tenantId, 'ann', 'quota')).toEqual({ warn: 2, name: 'é' });
      expect(await directory.getUserSetting('stranger', 'ann', 'quota')).toBeNull();
      expect(await directory.quotaValues(tenantId, 'ann')).toEqual({
        tenant: { totalBytes: 9 },
        usage: { countedAt: 8 },
        user: { warn: 2, name: 'é' },
      });
      await directory.putUserSetting(tenantId, 'ann', 'quota', null);
      expect(await directory.getUserSetting(tenantId, 'ann', 'quota')).toBeNull();
      expect(await directory.quotaValues(tenantId, 'bob')).toMatchObject({ user: { warn: 3 } });
    });
  });
}
