import { describe, expect, test } from 'vitest';
import type { Credential, SignIn } from '../../core/identity/types.ts';
import type { SignInState } from '../../core/ports/credentials.ts';
import { isInScope, judgeStanding } from './standing.ts';

const tenant = { tenantId: 't', name: 'T', status: 'active', mailShard: 'MAIL_1' } as const;
const user = {
  ...{ userId: 'u', tenantId: 't', address: 'ann@b.test', displayName: '', status: 'active' as const },
  ...{ quotaBytes: null, createdAt: 0 },
};
const credential = (over: Partial<Credential> = {}): Credential => ({
  ...{ credentialId: 'c', tenantId: 't', userId: 'u', kind: 'password', secretHash: '', label: '' },
  ...{ createdAt: 0, protocols: null, bindsDevice: false, deviceId: null, expiresAt: null, lastUsedAt: null },
  ...over,
});
const state = (over: Partial<SignInState> = {}): SignInState => ({
  ...{ tenant, user, credential: credential(), settings: { tenant: null, user: null } },
  ...over,
});

describe('one who was verified', () => {
  const by = (method: SignIn['method'], credentialId: string | null = 'c') => ({ method, credentialId });
  const stands = (over: Partial<SignInState>, signIn: SignIn = by('password')) =>
    judgeStanding(state(over), signIn, 1000) !== null;

  test('is let in while user, tenant and credential are as they should be', () => {
    expect(stands({})).toBe(true);
    expect(stands({ user: { ...user, status: 'noMail' } })).toBe(true);
    expect(stands({ user: { ...user, status: 'disabled' } })).toBe(false);
    expect(stands({ tenant: { ...tenant, status: 'disabled' } })).toBe(false);
    expect(stands({ credential: null })).toBe(false);
    expect(stands({ credential: null }, by('oidc', null))).toBe(true);
    expect(stands({ credential: credential({ expiresAt: 1000 }) })).toBe(false);
    expect(stands({ credential: credential({ expiresAt: 1001 }) })).toBe(true);
  });

  test('needs an app password for Basic where that is said, and none at a page', () => {
    const only = { tenant: { basic: 'app-passwords' }, user: null };
    expect(stands({ settings: only })).toBe(false);
    expect(stands({ settings: only }, by('session'))).toBe(true);
    expect(stands({ settings: only, credential: credential({ kind: 'app' }) }, by('app'))).toBe(true);
    expect(stands({ settings: only, credential: null }, by('oidc', null))).toBe(true);
    expect(stands({ settings: { ...only, user: { basic: 'any' } } })).toBe(true);
    expect(stands({ settings: { tenant: null, user: { basic: 'app-passwords' } } })).toBe(false);
    for (const odd of ['x', 7, {}, { basic: 'none' }, []]) {
      expect(stands({ settings: { tenant: odd, user: odd } })).toBe(true);
    }
  });
});

describe('an app password', () => {
  const scope = (
    over: Partial<Credential>,
    protocol: 'activesync' | 'ews' | 'autodiscover',
    deviceId?: string,
  ) => isInScope(credential({ kind: 'app', ...over }), { protocol, deviceId });

  test('is for what it says', () => {
    expect(scope({}, 'ews')).toBe('yes');
    expect(scope({ protocols: ['activesync'] }, 'ews')).toBe('no');
    expect(scope({ protocols: ['activesync'] }, 'activesync', 'D')).toBe('yes');
    const binds = { protocols: null, bindsDevice: true };
    expect(scope(binds, 'ews')).toBe('no');
    expect(scope(binds, 'autodiscover')).toBe('yes');
    expect(scope(binds, 'activesync')).toBe('yes');
    expect(scope(binds, 'activesync', 'D')).toBe('binds');
    expect(scope({ ...binds, deviceId: 'D' }, 'activesync', 'D')).toBe('yes');
    expect(scope({ ...binds, deviceId: 'D' }, 'activesync', 'd')).toBe('no');
    expect(scope({ ...binds, deviceId: 'D' }, 'activesync', '')).toBe('no');
  });
});
