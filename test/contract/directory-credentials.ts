import { describe, expect, test } from 'vitest';
import { SIGN_IN_SETTING } from '../../core/identity/sign-in.ts';
import type { Credential, Tenant, User } from '../../core/identity/types.ts';
import { type Subject, unique } from './subject.ts';

/** A credential of the user that nothing restricts. */
export function newCredential(
  { tenantId, userId }: Pick<User, 'tenantId' | 'userId'>,
  kind: Credential['kind'],
  createdAt: number,
  over: Partial<Credential> = {},
): Credential {
  return {
    ...{ credentialId: unique('credential'), tenantId, userId, kind, createdAt },
    ...{ secretHash: unique('hash'), label: 'phone', protocols: null, bindsDevice: false },
    ...{ deviceId: null, expiresAt: null, lastUsedAt: null },
    ...over,
  };
}

async function world(subject: Subject) {
  const { directory } = await subject.open();
  const tenantId = unique('tenant');
  const tenant: Tenant = { tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' };
  await directory.createTenant(tenant);
  const user: User = {
    ...{ userId: unique('user'), tenantId, address: `ann@${unique('domain')}.example`, displayName: 'Ann' },
    ...{ status: 'active', quotaBytes: null, createdAt: 5 },
  };
  await directory.createUser(user);
  return { directory, tenant, user, ids: [tenantId, user.userId] as const };
}

export function credentialsContract(subject: Subject): void {
  describe('app passwords', () => {
    test('are listed with all that was said of them, and revoked one by one or together', async () => {
      const { directory, user, ids } = await world(subject);
      const password = newCredential(user, 'password', 1);
      const phone = newCredential(user, 'app', 2, {
        ...{ protocols: ['activesync', 'autodiscover'], bindsDevice: true, expiresAt: 2 ** 42 },
      });
      const [mac, old] = [newCredential(user, 'app', 3, { label: 'Můj Mac' }), newCredential(user, 'app', 4)];
      for (const one of [mac, old, phone, password]) await directory.putCredential(one);
      expect(await directory.listCredentials(...ids)).toEqual([password, phone, mac, old]);
      expect(await directory.listCredentials('stranger', user.userId)).toEqual([]);
      expect(await directory.deleteAppPassword('stranger', user.userId, old.credentialId)).toBe(false);
      expect(await directory.deleteAppPassword(ids[0], 'stranger', old.credentialId)).toBe(false);
      expect(await directory.deleteAppPassword(...ids, password.credentialId)).toBe(false);
      expect(await directory.deleteAppPassword(...ids, old.credentialId)).toBe(true);
      expect(await directory.deleteAppPassword(...ids, old.credentialId)).toBe(false);
      expect(await directory.listCredentials(...ids)).toEqual([password, phone, mac]);
      expect(await directory.deleteAppPasswords('stranger', user.userId)).toBe(0);
      expect(await directory.deleteAppPasswords(...ids)).toBe(2);
      expect(await directory.listCredentials(...ids)).toEqual([password]);
    });

    test('belong to the first device that uses them', async () => {
      const { directory, user, ids } = await world(subject);
      const [binds, free] = [
        newCredential(user, 'app', 1, { bindsDevice: true }),
        newCredential(user, 'app', 2),
      ];
      for (const one of [binds, free]) await directory.putCredential(one);
      const bind = (id: string, device: string, tenantId = ids[0]) =>
        directory.bindCredential(tenantId, ids[1], id, device);
      expect(await bind(binds.credentialId, 'A', 'stranger')).toBe(false);
      const both = await Promise.all([bind(binds.credentialId, 'A'), bind(binds.credentialId, 'B')]);
      expect(both.filter(Boolean)).toHaveLength(1);
      const first = both[0] ? 'A' : 'B';
      expect(await bind(binds.credentialId, first)).toBe(true);
      expect(await bind(binds.credentialId, 'C')).toBe(false);
      expect(await bind(free.credentialId, 'A')).toBe(false);
      expect((await directory.listCredentials(...ids)).map((c) => c.deviceId)).toEqual([first, null]);
    });

    test('say when they were used last', async () => {
      const { directory, user, ids } = await world(subject);
      const one = newCredential(user, 'app', 1);
      await directory.putCredential(one);
      const used = async () => (await directory.listCredentials(...ids))[0]?.lastUsedAt;
      const touch = (at: number, before: number, tenantId = ids[0]) =>
        directory.touchCredential(tenantId, ids[1], one.credentialId, at, before);
      await touch(90, 50, 'stranger');
      expect(await used()).toBeNull();
      await touch(100, 50);
      expect(await used()).toBe(100);
      await touch(120, 90);
      expect(await used()).toBe(100);
      await touch(200, 100);
      expect(await used()).toBe(200);
    });
  });

  describe('whether one who has signed in still may', () => {
    test('is told by user, tenant, credential and settings in one read', async () => {
      const { directory, tenant, user, ids } = await world(subject);
      const app = newCredential(user, 'app', 1);
      await directory.putCredential(app);
      const settings = { tenant: null, user: null };
      expect(await directory.signInState(...ids, app.credentialId)).toEqual({
        ...{ tenant, user, credential: app, settings },
      });
      expect(await directory.signInState(...ids, null)).toEqual({ tenant, user, credential: null, settings });
      expect(await directory.signInState('stranger', user.userId, app.credentialId)).toBeNull();
      expect(await directory.signInState(ids[0], 'stranger', app.credentialId)).toBeNull();
      await directory.putTenantSetting(ids[0], SIGN_IN_SETTING, { basic: 'app-passwords' });
      await directory.putUserSetting(...ids, SIGN_IN_SETTING, { basic: 'any' });
      await directory.setUserStatus(...ids, 'disabled');
      await directory.deleteAppPassword(...ids, app.credentialId);
      expect(await directory.signInState(...ids, app.credentialId)).toEqual({
        ...{ tenant, user: { ...user, status: 'disabled' }, credential: null },
        settings: { tenant: { basic: 'app-passwords' }, user: { basic: 'any' } },
      });
    });
  });
}
