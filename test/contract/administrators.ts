import { describe, expect, test } from 'vitest';
import type { Area } from '../../core/identity/roles.ts';
import type { RoleGrant, ServiceToken } from '../../core/ports/administrators.ts';
import { type Subject, unique } from './subject.ts';

const INSTALLATION: Area = { kind: 'installation' };

export function administratorContract(subject: Subject): void {
  describe('roles', () => {
    test('are one for each user and area', async () => {
      const { directory } = await subject.open();
      const [tenantId, other] = [unique('tenant'), unique('tenant')];
      const whole: Area = { kind: 'tenant', tenantId };
      const part: Area = { kind: 'domain', tenantId, domain: 'a.example' };
      const grant = (userId: string, role: RoleGrant['role'], area: Area, grantedAt = 5): RoleGrant => ({
        ...{ tenantId, userId, role, area, grantedBy: 'Žofie', grantedAt },
      });
      await directory.putRole(grant('bob', 'support', whole));
      await directory.putRole(grant('ann', 'admin', INSTALLATION));
      await directory.putRole(grant('ann', 'support', part));
      await directory.putRole(grant('ann', 'support', whole));
      await directory.putRole(grant('ann', 'admin', whole, 7));
      const ofAnn = [
        grant('ann', 'admin', whole, 7),
        grant('ann', 'support', part),
        grant('ann', 'admin', INSTALLATION),
      ];
      expect(await directory.rolesOf(tenantId, 'ann')).toEqual(ofAnn);
      expect(await directory.rolesOf(other, 'ann')).toEqual([]);
      expect(await directory.listRoles(tenantId)).toEqual([...ofAnn, grant('bob', 'support', whole)]);
      expect(await directory.listRoles(other)).toEqual([]);
      expect(await directory.removeRole(other, 'ann', INSTALLATION)).toBe(false);
      expect(await directory.removeRole(tenantId, 'ann', { ...part, domain: 'b.example' })).toBe(false);
      expect(await directory.removeRole(tenantId, 'ann', whole)).toBe(true);
      expect(await directory.removeRole(tenantId, 'ann', whole)).toBe(false);
      expect(await directory.rolesOf(tenantId, 'ann')).toEqual(ofAnn.slice(1));
    });
  });

  describe('tokens of programs', () => {
    test('are found by their hash, and listed by what they are for', async () => {
      const { directory } = await subject.open();
      const tenantId = unique('tenant');
      const token = (area: Area, over: Partial<ServiceToken> = {}): ServiceToken => ({
        ...{ tokenId: unique('token'), name: 'Nightly', secretHash: unique('hash'), role: 'admin', area },
        ...{ topics: null, createdBy: 'ann', createdAt: 5, expiresAt: null, lastUsedAt: null },
        ...over,
      });
      const whole = token({ kind: 'tenant', tenantId });
      const part = token(
        { kind: 'domain', tenantId, domain: 'a.example' },
        { role: 'support', topics: ['users', 'devices'], createdAt: 6, expiresAt: 99 },
      );
      const global = token(INSTALLATION, { name: 'všechno' });
      for (const one of [whole, part, global]) await directory.putServiceToken(one);
      await expect(directory.putServiceToken(whole)).rejects.toMatchObject({ code: 'conflict' });
      const same = token({ kind: 'tenant', tenantId }, { secretHash: global.secretHash });
      await expect(directory.putServiceToken(same)).rejects.toMatchObject({ code: 'conflict' });
      for (const one of [whole, part, global])
        expect(await directory.findServiceToken(one.secretHash)).toEqual(one);
      expect(await directory.findServiceToken(unique('hash'))).toBeNull();
      expect(await directory.listServiceTokens(tenantId)).toEqual([part, whole]);
      expect(await directory.listServiceTokens(null)).toContainEqual(global);
      expect(await directory.listServiceTokens(null)).not.toContainEqual(whole);
      await directory.touchServiceToken(tenantId, part.tokenId, 50);
      await directory.touchServiceToken(unique('tenant'), whole.tokenId, 50);
      expect(await directory.listServiceTokens(tenantId)).toEqual([{ ...part, lastUsedAt: 50 }, whole]);
      expect(await directory.removeServiceToken(null, whole.tokenId)).toBe(false);
      expect(await directory.removeServiceToken(tenantId, whole.tokenId)).toBe(true);
      expect(await directory.removeServiceToken(null, global.tokenId)).toBe(true);
      expect(await directory.findServiceToken(whole.secretHash)).toBeNull();
      expect(await directory.findServiceToken(global.secretHash)).toBeNull();
    });
  });
}
