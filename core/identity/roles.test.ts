import { describe, expect, test } from 'vitest';
import {
  type Area,
  domainOf,
  type Grant,
  mayAct,
  mayGrant,
  type Right,
  type Target,
  tenantsOf,
} from './roles.ts';

const INSTALLATION: Area = { kind: 'installation' };
const ONE: Area = { kind: 'tenant', tenantId: 'one' };
const ONE_A: Area = { kind: 'domain', tenantId: 'one', domain: 'a.example' };
const of = (tenantId: string, domain: string | null = null): Target => ({ kind: 'tenant', tenantId, domain });

describe('a role', () => {
  const rights: Right[] = ['read', 'help', 'write', 'content'];
  const all = (grants: Grant[], target: Target) => rights.filter((right) => mayAct(grants, right, target));

  test('is nothing by default', () => {
    expect(all([], of('one'))).toEqual([]);
    expect(all([], { kind: 'installation' })).toEqual([]);
  });

  test('of support looks and helps, of an admin changes too', () => {
    expect(all([{ role: 'support', area: ONE }], of('one'))).toEqual(['read', 'help']);
    expect(all([{ role: 'admin', area: ONE }], of('one'))).toEqual(rights);
  });

  test('holds in its area and nowhere else', () => {
    const tenant: Grant[] = [{ role: 'admin', area: ONE }];
    expect(all(tenant, of('one', 'b.example'))).toEqual(rights);
    expect(all(tenant, of('two'))).toEqual([]);
    expect(all(tenant, { kind: 'installation' })).toEqual([]);
    const domain: Grant[] = [{ role: 'admin', area: ONE_A }];
    expect(all(domain, of('one', 'a.example'))).toEqual(rights);
    expect(all(domain, of('one', 'b.example'))).toEqual([]);
    // What belongs to the whole tenant is not the domain's.
    expect(all(domain, of('one'))).toEqual([]);
    expect(all(domain, of('two', 'a.example'))).toEqual([]);
    expect(all([{ role: 'admin', area: INSTALLATION }], of('two', 'x.example'))).toEqual(rights);
  });

  test('A39 is given away by an admin of at least the same area', () => {
    const admin: Grant[] = [{ role: 'admin', area: ONE }];
    expect(mayGrant(admin, { role: 'admin', area: ONE })).toBe(true);
    expect(mayGrant(admin, { role: 'support', area: ONE_A })).toBe(true);
    expect(mayGrant(admin, { role: 'support', area: INSTALLATION })).toBe(false);
    expect(mayGrant(admin, { role: 'support', area: { kind: 'tenant', tenantId: 'two' } })).toBe(false);
    expect(mayGrant([{ role: 'admin', area: ONE_A }], { role: 'support', area: ONE })).toBe(false);
    expect(mayGrant([{ role: 'support', area: INSTALLATION }], { role: 'support', area: ONE })).toBe(false);
  });

  test('says in which tenants there is something to see', () => {
    expect(tenantsOf([{ role: 'admin', area: ONE_A }])).toEqual(new Set(['one']));
    expect(tenantsOf([{ role: 'support', area: INSTALLATION }])).toBeNull();
    expect(domainOf('a@b@c.example')).toBe('c.example');
  });
});
