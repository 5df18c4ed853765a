import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Domain, Tenant, User } from '../identity/types.ts';
import type { AddressLookup } from '../ports/directory.ts';
import { canonicalAddress, canonicalDomain, routeCandidates, routeOf } from './recipients.ts';

describe('canonicalAddress', () => {
  it.each([
    ['Ann.Lee@Example.COM', 'ann.lee@example.com'],
    ['ann+News@example.com', 'ann+news@example.com'],
    ['JOSE\u0301@example.com', 'jos\u00e9@example.com'],
    ['ann@B\u00dcCHER.example', 'ann@xn--bcher-kva.example'],
    ['ann@xn--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    ['ann@b\u00fccher\u3002example', 'ann@xn--bcher-kva.example'],
    ['ann@example.com.', 'ann@example.com'],
    ['"ann"@example.com', 'ann@example.com'],
    ['"Ann\\.Lee"@example.com', 'ann.lee@example.com'],
    ['"ann lee"@example.com', '"ann lee"@example.com'],
    ['"a\\@b"@example.com', '"a@b"@example.com'],
    ['"a\\"b\\\\c"@example.com', '"a\\"b\\\\c"@example.com'],
    ['ann@localhost', 'ann@localhost'],
  ])('takes %j to %j', (given, wanted) => {
    expect(canonicalAddress(given)).toBe(wanted);
  });

  it.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@@',
    'a b@example.com',
    'a\u00a0b@example.com',
    '.ann@example.com',
    'ann..lee@example.com',
    'ann\r\nRCPT TO:<x@y>@example.com',
    'ann\u0000@example.com',
    'ann\u202e@example.com',
    'ann\u200b@example.com',
    'ann\ud800@example.com',
    '"ann@example.com',
    '"ann\\"@example.com',
    '"a"b"@example.com',
    '""@example.com',
    'ann@[192.0.2.1]',
    'ann@192.0.2.1',
    'ann@0x7f.1',
    'ann@\uff11\uff12\uff17.0.0.1',
    'ann@exa_mple.com',
    'ann@-example.com',
    'ann@example-.com',
    'ann@a..b',
    'ann@evil%2ecom',
    'ann@user:pw@',
    'ann@host:25',
    'ann@host/path',
    'ann@a\uff0fb.example',
    'ann@xn--a-ecp.ru\u0000',
  ])('refuses %j', (given) => {
    expect(canonicalAddress(given)).toBeNull();
  });

  it('counts octets of the canonical form: 64 before the at sign and 255 after it', () => {
    expect(canonicalAddress(`${'a'.repeat(64)}@example.com`)).not.toBeNull();
    expect(canonicalAddress(`${'a'.repeat(65)}@example.com`)).toBeNull();
    expect(canonicalAddress(`${'\u00e9'.repeat(33)}@example.com`)).toBeNull();
    const label = 'a'.repeat(63);
    expect(canonicalDomain(`${label}.${label}.${label}.${'a'.repeat(63)}`)).toHaveLength(255);
    expect(canonicalDomain(`${label}.${label}.${label}.${label}.a`)).toBeNull();
    expect(canonicalDomain(`${label}a.com`)).toBeNull();
  });

  it('is idempotent for whatever it accepts', () => {
    const local = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const quoted = local.map((s) => `"${s.replace(/["\\]/g, '\\$&')}"`);
    const domain = fc.oneof(fc.domain(), fc.string({ unit: 'grapheme', maxLength: 12 }));
    fc.assert(
      fc.property(fc.oneof(local, quoted), domain, (l, d) => {
        const once = canonicalAddress(`${l}@${d}`);
        if (once !== null) expect(canonicalAddress(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

const tenant: Tenant = { tenantId: 't1', name: 'T', status: 'active', mailShard: 'MAIL_1' };
const domain: Domain = { domain: 'example.com', tenantId: 't1', catchAllUserId: null, enabled: true };
function user(name: string, over: Partial<User> = {}): User {
  return {
    userId: name,
    tenantId: 't1',
    address: `${name}@example.com`,
    displayName: name,
    status: 'active',
    quotaBytes: null,
    createdAt: 0,
    ...over,
  };
}
function lookup(over: Partial<AddressLookup> = {}): AddressLookup {
  return { tenant, domain, matches: [], groups: [], catchAll: null, ...over };
}
const match = (address: string, u: User, over: Partial<AddressLookup['matches'][number]> = {}) => ({
  address,
  via: 'address' as const,
  enabled: true,
  user: u,
  ...over,
});

describe('routeOf', () => {
  const ann = user('ann');
  const bob = user('bob');

  it('prefers the exact address, then the alias, then the address without its tag', () => {
    const both = lookup({
      matches: [match('ann@example.com', ann), match('ann+x@example.com', bob, { via: 'alias' })],
    });
    expect(routeOf('ann@example.com', both)).toMatchObject({
      kind: 'mailbox',
      via: 'address',
      user: { userId: 'ann' },
    });
    expect(routeOf('ann+x@example.com', both)).toMatchObject({ via: 'alias', user: { userId: 'bob' } });
    expect(routeOf('ann+y@example.com', both)).toMatchObject({ via: 'tag', user: { userId: 'ann' } });
  });

  it('lets an alias carry tags too', () => {
    const l = lookup({ matches: [match('sales@example.com', ann, { via: 'alias' })] });
    expect(routeOf('sales+web@example.com', l)).toMatchObject({ via: 'tag', user: { userId: 'ann' } });
  });

  it('sends what nobody has to the catch-all, unless that user is off', () => {
    expect(routeOf('no@example.com', lookup({ catchAll: bob }))).toMatchObject({ via: 'catch-all' });
    expect(routeOf('no@example.com', lookup({ catchAll: user('bob', { status: 'noMail' }) }))).toEqual({
      ...{ kind: 'unknown', tenantId: 't1' },
    });
    expect(routeOf('no@example.com', lookup())).toEqual({ kind: 'unknown', tenantId: 't1' });
  });

  it('keeps a switched-off address closed even where a tag or a catch-all would take it', () => {
    const l = lookup({
      matches: [
        match('ann@example.com', ann),
        match('ann+x@example.com', ann, { via: 'alias', enabled: false }),
      ],
      catchAll: bob,
    });
    expect(routeOf('ann+x@example.com', l)).toEqual({ kind: 'disabled', what: 'address', tenantId: 't1' });
    for (const status of ['noMail', 'disabled'] as const) {
      const off = lookup({ matches: [match('ann@example.com', user('ann', { status }))], catchAll: bob });
      expect(routeOf('ann@example.com', off)).toEqual({ kind: 'disabled', what: 'address', tenantId: 't1' });
      expect(routeOf('ann+tag@example.com', off)).toEqual({
        kind: 'disabled',
        what: 'address',
        tenantId: 't1',
      });
    }
  });

  it('tells a disabled tenant and a disabled domain apart from an unknown one', () => {
    const matches = [match('ann@example.com', ann)];
    const off = { ...tenant, status: 'disabled' as const };
    expect(routeOf('ann@example.com', lookup({ matches, tenant: off }))).toMatchObject({ what: 'tenant' });
    expect(
      routeOf('ann@example.com', lookup({ matches, domain: { ...domain, enabled: false } })),
    ).toMatchObject({
      what: 'domain',
    });
    expect(routeOf('ann@example.com', lookup({ domain: null }))).toEqual({ kind: 'unknown' });
  });

  it('never leads into another tenant, whatever the lookup holds (I25)', () => {
    const foreign = user('eve', { tenantId: 't2' });
    const l = lookup({ matches: [match('ann@example.com', foreign)], catchAll: foreign });
    expect(routeOf('ann@example.com', l)).toEqual({ kind: 'unknown', tenantId: 't1' });
    const crossed = lookup({
      matches: [match('ann@example.com', ann)],
      domain: { ...domain, tenantId: 't2' },
    });
    expect(routeOf('ann@example.com', crossed)).toEqual({ kind: 'unknown' });
  });

  it('looks for no tag inside a quoted local part', () => {
    expect(routeCandidates('"a +b"@example.com').addresses).toEqual(['"a +b"@example.com']);
    expect(routeCandidates('+x@example.com').addresses).toEqual(['+x@example.com']);
    expect(routeCandidates('a+b+c@example.com').addresses).toEqual(['a+b+c@example.com', 'a@example.com']);
  });
});
