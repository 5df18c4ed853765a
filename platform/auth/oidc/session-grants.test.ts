import { expect, it } from 'vitest';
import { grantsOfSession } from './session-grants.ts';
import type { OidcIssuer } from './settings.ts';

const ISSUER: OidcIssuer = {
  ...{ issuer: 'https://id.example', audiences: ['api'], tenants: ['t1'], domains: ['a.example'] },
  ...{ addressClaim: 'email', rolesClaim: ['groups'], roles: { boss: 'admin', desk: 'support' } },
  ...{ keyHosts: [], client: null },
};
const SESSION = { tokenRoles: { issuer: ISSUER.issuer, roles: ['admin' as const] } };
const USER = { tenantId: 't1', address: 'ann@a.example' };
const whole = [{ role: 'admin', area: { kind: 'tenant', tenantId: 't1' } }];
const part = [{ role: 'admin', area: { kind: 'domain', tenantId: 't2', domain: 'a.example' } }];

it('a session has the roles of its token as far as the settings of today allow', () => {
  expect(grantsOfSession(SESSION, [ISSUER], USER)).toEqual(whole);
  expect(grantsOfSession(SESSION, [ISSUER], { ...USER, tenantId: 't2' })).toEqual(part);
  expect(grantsOfSession(SESSION, [ISSUER], { tenantId: 't2', address: 'ann@b.example' })).toEqual([]);
  expect(grantsOfSession({ tokenRoles: null }, [ISSUER], USER)).toEqual([]);
  expect(grantsOfSession(SESSION, [], USER)).toEqual([]);
  expect(grantsOfSession(SESSION, [{ ...ISSUER, issuer: 'https://other.example' }], USER)).toEqual([]);
  expect(grantsOfSession(SESSION, [{ ...ISSUER, rolesClaim: null }], USER)).toEqual([]);
  expect(grantsOfSession(SESSION, [{ ...ISSUER, roles: { desk: 'support' } }], USER)).toEqual([]);
});
