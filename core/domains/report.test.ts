import { describe, expect, it } from 'vitest';
import { createMemoryDns, type Zone } from '../../platform/dns/memory.ts';
import { keyRecord } from '../dkim/record.ts';
import type { DkimKey } from '../ports/dkim.ts';
import { type DomainFacts, domainReport, isComplete } from './report.ts';
import { NO_DOMAIN_SETTINGS } from './settings.ts';
import type { DnsCheck } from './types.ts';

const key = (over: Partial<DkimKey>): DkimKey => ({
  ...{ tenantId: 't', domain: 'one.test', selector: 's1', algorithm: 'rsa-sha256', publicKey: 'MIIB' },
  ...{ sealedKey: 'x', state: 'active', createdAt: 1, notBefore: 1, notAfter: null },
  ...over,
});
const facts = (over: Partial<DomainFacts> = {}): DomainFacts => ({
  domain: 'one.test',
  keys: [key({})],
  settings: NO_DOMAIN_SETTINGS,
  mxHosts: ['mx1.host.test', 'mx2.host.test'],
  spfMechanisms: ['include:spf.host.test'],
  publicHost: 'in.host.test',
  ...over,
});
const ZONE: Zone = {
  'one.test': {
    MX: [
      { priority: 20, exchange: 'mx2.host.test' },
      { priority: 10, exchange: 'mx1.host.test' },
    ],
    TXT: ['google-site-verification=x', 'v=spf1 include:spf.host.test -all'],
  },
  'spf.host.test': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  's1._domainkey.one.test': { TXT: [keyRecord(key({}))] },
  '_dmarc.one.test': { TXT: ['v=DMARC1; p=reject; rua=mailto:a@one.test'] },
};

async function report(zone: Zone, over: Partial<DomainFacts> = {}): Promise<DnsCheck[]> {
  return domainReport(createMemoryDns({ ...ZONE, ...zone }), facts(over));
}
async function one(what: DnsCheck['what'], zone: Zone, over: Partial<DomainFacts> = {}) {
  const found = (await report(zone, over)).find((check) => check.what === what);
  if (found === undefined) throw new Error(`no check of ${what}`);
  return found;
}

describe('the report on the DNS of a domain', () => {
  it('is complete when everything required is there', async () => {
    const checks = await report({});
    expect(checks.map((c) => `${c.what} ${c.name} ${c.state} ${c.required}`)).toEqual([
      'mx one.test ok true',
      'spf one.test ok true',
      'dkim s1._domainkey.one.test ok true',
      'dmarc _dmarc.one.test ok true',
      'mta-sts _mta-sts.one.test missing false',
      'tls-rpt _smtp._tls.one.test missing false',
      'autodiscover autodiscover.one.test missing false',
      'autodiscover-srv _autodiscover._tcp.one.test missing false',
      'autoconfig autoconfig.one.test missing false',
    ]);
    expect(isComplete(checks)).toBe(true);
    expect(checks[0]?.found).toEqual(['10 mx1.host.test', '20 mx2.host.test']);
  });

  it('says of a domain without any record what to publish', async () => {
    const checks = await domainReport(
      createMemoryDns({ 'spf.host.test': ZONE['spf.host.test'] ?? {} }),
      facts(),
    );
    expect(checks.map((c) => `${c.what} ${c.state}`)).toEqual([
      'mx missing',
      'spf missing',
      'dkim missing',
      'dmarc missing',
      'mta-sts missing',
      'tls-rpt missing',
      'autodiscover missing',
      'autodiscover-srv missing',
      'autoconfig missing',
    ]);
    expect(checks.slice(0, 4).map((c) => c.expected)).toEqual([
      '10 mx1.host.test\n20 mx2.host.test',
      'v=spf1 include:spf.host.test -all',
      'v=DKIM1; k=rsa; p=MIIB',
      'v=DMARC1; p=quarantine; rua=mailto:postmaster@one.test',
    ]);
    expect(isComplete(checks)).toBe(false);
  });

  it('knows nothing of names for which the DNS does not answer, and is not complete then', async () => {
    const discovery = ['autodiscover.one.test', '_autodiscover._tcp.one.test', 'autoconfig.one.test'];
    const names = Object.keys(ZONE).concat('_mta-sts.one.test', '_smtp._tls.one.test', discovery);
    const checks = await report(Object.fromEntries(names.map((name) => [name, 'fails' as const])));
    expect(checks.map((c) => c.state)).toEqual(Array(9).fill('unknown'));
    expect(isComplete(checks)).toBe(false);
  });
});

describe('MX', () => {
  const mx = (...hosts: string[]): Zone => ({
    'one.test': { MX: hosts.map((exchange, i) => ({ exchange, priority: i })) },
  });
  it('is wrong when mail goes elsewhere too, when a host lacks, and when it says that there is no mail', async () => {
    expect(await one('mx', mx('mx1.host.test', 'mx2.host.test', 'mx.other.test'))).toMatchObject({
      state: 'wrong',
      why: expect.stringContaining('mx.other.test'),
    });
    expect(await one('mx', mx('mx1.host.test'))).toMatchObject({
      state: 'wrong',
      why: 'it lacks mx2.host.test',
    });
    expect(await one('mx', mx(''))).toMatchObject({ state: 'wrong' });
  });
});

describe('SPF', () => {
  const spf = (...texts: string[]): Zone => ({ 'one.test': { TXT: texts } });
  it('is right when what is needed stands in it or in what it leads to', async () => {
    const cases: [Zone, number][] = [
      [spf('v=spf1 +include:spf.host.test ~all'), 1],
      [spf('V=SPF1 ip4:192.0.2.1 a mx INCLUDE:SPF.host.test -ALL'), 3],
      [{ ...spf('v=spf1 redirect=all.test'), 'all.test': { TXT: ['v=spf1 include:spf.host.test -all'] } }, 2],
      [
        {
          ...spf('v=spf1 include:all.test -all'),
          'all.test': { TXT: ['v=spf1 include:spf.host.test ?all'] },
        },
        2,
      ],
      [spf('v=spf1 include:spf.host.test exists:%{i}.x.test -all'), 2],
    ];
    for (const [zone, lookups] of cases)
      expect(await one('spf', zone)).toMatchObject({ state: 'ok', why: `${lookups} of 10 lookups` });
  });

  it('is wrong, with the reason, when it does not do what it should', async () => {
    const circle = {
      ...spf('v=spf1 include:spf.host.test include:a.test -all'),
      'a.test': { TXT: ['v=spf1 include:a.test -all'] },
    };
    for (const [zone, why] of [
      [spf('v=spf1 include:spf.host.test -all', 'v=spf1 -all'), 'several SPF records'],
      [spf('v=spf1 a -all'), 'lacks include:spf.host.test'],
      [spf('v=spf1 -all include:spf.host.test'), 'lacks'],
      [spf('v=spf1 -include:spf.host.test -all'), 'lacks'],
      [spf('v=spf1 include:spf.host.test'), 'does not end'],
      [spf('v=spf1 include:spf.host.test ?all'), 'does not end'],
      [spf('v=spf1 include:spf.host.test +all'), 'does not end'],
      [spf('v=spf1 include:spf.host.test ipv4:1.2.3.4 -all'), 'nobody knows: ipv4'],
      [spf('v=spf1 include:spf.host.test include:none.test -all'), 'leads to 0'],
      [spf(`v=spf1 include:spf.host.test ${'a '.repeat(10)}-all`), 'more than 10 lookups'],
      [circle, 'more than 10 lookups'],
    ] as const)
      expect(await one('spf', zone), why).toMatchObject({
        state: 'wrong',
        why: expect.stringContaining(why),
      });
  });

  it('is unknown when what it leads to does not answer, and other texts are no SPF', async () => {
    const zone: Zone = {
      ...spf('v=spf1 include:down.test include:spf.host.test -all'),
      'down.test': 'fails',
    };
    expect(await one('spf', zone)).toMatchObject({ state: 'unknown' });
    expect(await one('spf', spf('v=spf10 -all', 'spf1'))).toMatchObject({ state: 'missing' });
  });

  it('may be asked for by the domain itself', async () => {
    const settings = { ...NO_DOMAIN_SETTINGS, spf: ['include:relay.test', 'ip4:192.0.2.9'] };
    expect(await one('spf', {}, { settings })).toMatchObject({
      state: 'wrong',
      expected: 'v=spf1 include:relay.test ip4:192.0.2.9 -all',
    });
  });
});

describe('DKIM', () => {
  it('needs a key', async () => {
    expect(await one('dkim', {}, { keys: [] })).toMatchObject({ state: 'missing', required: true });
  });

  it('is checked for every key, and says what each is for', async () => {
    const keys = [
      key({ state: 'pending', selector: 'new', notBefore: null }),
      key({}),
      key({ selector: 'old', notAfter: Date.UTC(2026, 11, 4) }),
      key({ selector: 'dead', state: 'retired', notAfter: 1 }),
      key({ selector: 'gone', state: 'retired', notAfter: 1 }),
    ];
    const zone: Zone = {
      's1._domainkey.one.test': { TXT: ['v=DKIM1; p=other'] },
      'old._domainkey.one.test': { TXT: [keyRecord(key({}))] },
      'dead._domainkey.one.test': { TXT: [keyRecord(key({}))] },
    };
    const checks = (await report(zone, { keys })).filter((c) => c.what === 'dkim');
    expect(checks.map((c) => [c.name.split('.')[0], c.state, c.required, c.why])).toEqual([
      ['new', 'missing', true, 'the key signs as soon as its record is seen'],
      ['s1', 'wrong', true, 'it holds another key; the key signs'],
      ['old', 'ok', true, 'replaced; its signatures hold until 2026-12-04T00:00Z'],
      ['dead', 'extra', false, 'every signature of this key has expired: the record may go'],
    ]);
  });
});

describe('DMARC', () => {
  const dmarc = (name: string, ...texts: string[]): Zone => ({
    '_dmarc.one.test': {},
    [name]: { TXT: texts },
  });
  it('is right with any policy, and says what p=none means', async () => {
    expect(await one('dmarc', dmarc('_dmarc.one.test', 'v=DMARC1;p=none'))).toMatchObject({
      state: 'ok',
      why: expect.stringContaining('p=quarantine'),
    });
  });

  it('may be inherited from a domain above', async () => {
    const zone = dmarc('_dmarc.one.test', 'v=DMARC1; p=reject; sp=quarantine');
    expect(await one('dmarc', zone, { domain: 'mail.sub.one.test' })).toMatchObject({
      state: 'ok',
      name: '_dmarc.mail.sub.one.test',
      why: 'inherited from one.test; forgeries: quarantine',
    });
  });

  it('is wrong when it is there twice or says nothing', async () => {
    for (const texts of [
      ['v=DMARC1; p=none', 'v=DMARC1; p=reject'],
      ['v=DMARC1'],
      ['v=DMARC1; p=maybe'],
      ['v=DMARC1; p=none; sp=x'],
      ['v=DMARC1; p'],
    ])
      expect(await one('dmarc', dmarc('_dmarc.one.test', ...texts)), texts[0]).toMatchObject({
        state: 'wrong',
      });
  });
});

describe('MTA-STS and TLS-RPT', () => {
  const settings = {
    mtaSts: { mode: 'enforce', maxAgeSeconds: 604_800, mx: null },
    spf: null,
    tlsReports: 'tls@one.test',
  } as const;

  it('are required once they are switched on, with an id that belongs to the policy', async () => {
    const on = await report({}, { settings });
    expect(on.slice(4, 7).map((c) => `${c.what} ${c.state} ${c.required}`)).toEqual([
      'mta-sts missing true',
      'mta-sts-host missing true',
      'tls-rpt missing true',
    ]);
    const { expected } = await one('mta-sts', {}, { settings });
    expect(expected).toMatch(/^v=STSv1; id=[0-9a-f]{20}$/);
    const testing = { ...settings, mtaSts: { ...settings.mtaSts, mode: 'testing' } } as const;
    expect((await one('mta-sts', {}, { settings: testing })).expected).not.toBe(expected);
    const zone: Zone = {
      '_mta-sts.one.test': { TXT: [expected] },
      'mta-sts.one.test': { CNAME: ['worker.test'] },
      'worker.test': { A: ['192.0.2.1'] },
      '_smtp._tls.one.test': { TXT: ['v=TLSRPTv1; rua=https://x.test/r,mailto:TLS@one.test'] },
    };
    const done = await report(zone, { settings });
    expect(done.slice(4, 7).map((c) => c.state)).toEqual(['ok', 'ok', 'ok']);
    expect(await one('mta-sts', zone, { settings: testing })).toMatchObject({ state: 'wrong' });
  });

  it('are wrong when the policy forbids a host of the MX record', async () => {
    const narrow = { ...settings, mtaSts: { ...settings.mtaSts, mx: ['mx1.host.test', '*.else.test'] } };
    const { expected } = await one('mta-sts', {}, { settings: narrow });
    const zone: Zone = { '_mta-sts.one.test': { TXT: [expected] } };
    expect(await one('mta-sts', zone, { settings: narrow })).toMatchObject({
      state: 'wrong',
      why: expect.stringContaining('mx2.host.test'),
    });
  });

  it('are too much while they are switched off, and wrong when they say something else', async () => {
    expect(await one('mta-sts', { '_mta-sts.one.test': { TXT: ['v=STSv1; id=1'] } })).toMatchObject({
      state: 'extra',
    });
    for (const texts of [
      ['v=TLSRPTv1; rua=mailto:other@one.test'],
      ['v=TLSRPTv1'],
      ['v=TLSRPTv1; rua=mailto:tls@one.test', 'v=TLSRPTv1; rua=mailto:a@b.test'],
    ])
      expect(await one('tls-rpt', { '_smtp._tls.one.test': { TXT: texts } }, { settings })).toMatchObject({
        state: 'wrong',
      });
  });
});

describe('the names by which mail programs find the server', () => {
  const states = async (zone: Zone, over: Partial<DomainFacts> = {}) =>
    Object.fromEntries(
      (await report(zone, over))
        .filter((c) => c.what.startsWith('auto'))
        .map((c) => [c.what, [c.state, c.expected]]),
    );
  const HOST: Zone = { 'in.host.test': { A: ['192.0.2.7'] } };

  it('are those that lead to the host of the installation', async () => {
    const zone: Zone = {
      ...HOST,
      'autodiscover.one.test': { CNAME: ['in.host.test'] },
      'autoconfig.one.test': { A: ['192.0.2.7'] },
      '_autodiscover._tcp.one.test': { SRV: ['0 0 443 in.host.test'] },
    };
    expect(await states(zone)).toEqual({
      autodiscover: ['ok', 'in.host.test'],
      'autodiscover-srv': ['ok', '0 0 443 in.host.test'],
      autoconfig: ['ok', 'in.host.test'],
    });
  });

  it('are wrong when they lead to another server, to another port, or nowhere', async () => {
    const other: Zone = {
      ...HOST,
      'other.test': { A: ['192.0.2.9'] },
      'autodiscover.one.test': { CNAME: ['other.test'] },
      'autoconfig.one.test': { CNAME: ['gone.test'] },
      '_autodiscover._tcp.one.test': { SRV: ['0 0 443 other.test'] },
    };
    expect(Object.values(await states(other)).map(([state]) => state)).toEqual(['wrong', 'wrong', 'wrong']);
    const port = { '_autodiscover._tcp.one.test': { SRV: ['0 0 8443 in.host.test'] } };
    expect((await states(port))['autodiscover-srv']?.[0]).toBe('wrong');
  });

  it('may have any name when the installation has none of its own', async () => {
    const zone: Zone = {
      'other.test': { AAAA: ['2001:db8::1'] },
      'autodiscover.one.test': { CNAME: ['other.test'] },
      '_autodiscover._tcp.one.test': { SRV: ['0 0 443 any.test'] },
    };
    const found = await states(zone, { publicHost: null });
    expect([found['autodiscover']?.[0], found['autodiscover-srv']]).toEqual([
      'ok',
      ['ok', '0 0 443 autodiscover.one.test'],
    ]);
  });
});
