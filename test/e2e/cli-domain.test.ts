import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DkimView, DomainDnsView, DomainSettingsView } from '../../shared/admin-domains.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

let dns: DnsServer;
let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);
const json = <T>(...argv: string[]) => cli.json<T>(...argv);

beforeAll(async () => {
  dns = await startDnsServer();
  server = await startWaypost({
    vars: { DNS_OVER_HTTPS_URL: dns.url, MX_HOSTS: 'mx.host.test', SPF_MECHANISMS: 'include:spf.host.test' },
  });
  cli = await commandLine(server);
  await server.admin('POST', '/domains', { domain: 'cli.test' });
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
  await dns?.stop();
});

describe('waypost domain', () => {
  it('leads from a domain without records to one that lacks nothing', async () => {
    const before = await waypost('domain', 'dns', 'cli.test');
    expect(before.code).toBe(1);
    expect(before.err).toMatch(/^waypost: 4 of \d records need attention$/m);
    expect(before.out).toMatch(/^STATE +TYPE +NAME +WHY$/m);
    expect(before.out).toMatch(/^missing +MX +cli\.test +no mail arrives$/m);
    expect(before.out).toContain('should be  10 mx.host.test');
    expect(before.out).toMatch(/^optional +TXT +_mta-sts\.cli\.test/m);

    const made = await waypost('domain', 'dkim', 'cli.test');
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/^Made wp\d{8}r and wp\d{8}e\.$/m);
    expect(made.out).toMatch(/v=DKIM1; k=rsa; p=MIIB/);

    const { keys } = await json<DkimView>('domain', 'dkim', 'cli.test');
    for (const { record } of keys) dns.zone.set(record.name, { TXT: [record.value] });
    dns.zone.set('cli.test', {
      MX: [{ exchange: 'mx.host.test', priority: 5 }],
      TXT: ['v=spf1 include:spf.host.test ~all'],
    });
    dns.zone.set('spf.host.test', { TXT: ['v=spf1 -all'] });
    dns.zone.set('_dmarc.cli.test', { TXT: ['v=DMARC1; p=none'] });
    expect((await waypost('domain', 'dkim', 'cli.test')).out).toMatch(/rsa-sha256 +signs/);

    const after = await waypost('domain', 'dns', 'cli.test');
    expect([after.code, after.err]).toEqual([0, '']);
    expect((await json<DomainDnsView>('domain', 'dns', 'cli.test')).complete).toBe(true);
  });

  it('rotates a key, and says until when the old record must stay', async () => {
    const { made, keys } = await json<DkimView>(
      'domain',
      'dkim',
      'cli.test',
      '--algorithm',
      'rsa',
      '--rotate',
    );
    expect(made).toHaveLength(1);
    const fresh = keys.find(({ selector }) => selector === made[0]);
    dns.zone.set(fresh?.record.name ?? '', { TXT: [fresh?.record.value ?? ''] });
    const { out } = await waypost('domain', 'dkim', 'cli.test');
    expect(out).toMatch(/^wp\d{8}r +rsa-sha256 +replaced, until \d{4}-/m);
    expect(out).toMatch(/^wp\d{8}rb +rsa-sha256 +signs/m);
    expect((await waypost('domain', 'dns', 'cli.test')).out).toMatch(
      /ok +TXT +wp\d{8}r\._domainkey\.cli\.test +replaced/,
    );
  });

  it('switches MTA-STS on, and prints the policy and what lacks then', async () => {
    expect((await waypost('domain', 'set', 'cli.test')).out).toMatch(/^MTA-STS: +off$/m);
    const set = await json<DomainSettingsView>(
      ...['domain', 'set', 'cli.test', '--mta-sts', 'testing', '--mta-sts-days', '14'],
      ...['--mta-sts-mx', 'mx.host.test, *.host.test', '--tls-reports', 'tls@cli.test'],
    );
    expect(set).toEqual({
      mtaSts: { mode: 'testing', maxAgeSeconds: 14 * 86_400, mx: ['mx.host.test', '*.host.test'] },
      spf: null,
      tlsReports: 'tls@cli.test',
    });
    const { code, out } = await waypost('domain', 'dns', 'cli.test');
    expect(code).toBe(1);
    expect(out).toMatch(/should be {2}v=STSv1; id=[0-9a-f]{20}$/m);
    expect(out).toContain('  mode: testing\n  mx: mx.host.test\n  mx: *.host.test\n  max_age: 1209600\n');
    const off = await json<DomainSettingsView>(
      ...['domain', 'set', 'cli.test', '--mta-sts', 'off', '--tls-reports', 'off', '--spf', 'ip4:192.0.2.1'],
    );
    expect(off).toEqual({ mtaSts: null, spf: ['ip4:192.0.2.1'], tlsReports: null });
    expect((await waypost('domain', 'dns', 'cli.test')).out).toContain('it lacks ip4:192.0.2.1');
  });

  it.each([
    [['dkim', 'cli.test', '--algorithm', 'dsa'], 2, '--algorithm is rsa, ed25519 or both'],
    [['set', 'cli.test', '--mta-sts', 'maybe'], 2, '--mta-sts is'],
    [['set', 'cli.test', '--mta-sts-days', '7'], 2, '--mta-sts is'],
    [['set', 'cli.test', '--mta-sts', 'none', '--mta-sts-days', 'x'], 2, 'a number of days'],
    [['set', 'cli.test', '--spf', '+all'], 1, 'not a mechanism'],
    [['dns', 'none.test'], 1, 'no such domain'],
    [['dkim', 'none.test'], 1, 'no such domain'],
  ] as const)('refuses %j', async (argv, code, message) => {
    const answer = await waypost('domain', ...argv);
    expect(answer.code).toBe(code);
    expect(answer.err).toContain(message);
  });
});
