/** DNS of a domain, its signing keys and its transport policy, from inside of workerd. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CarrierView, DomainView } from '../../shared/admin-api.ts';
import type { DkimView, DomainDnsView, DomainSettingsView } from '../../shared/admin-domains.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import { sendingKit } from './sending-kit.ts';

const DOMAIN = 'mail.test';
let dns: DnsServer;
let relay: SmtpServer;
let waypost: Waypost;
const { newPhone, plain, post, request, save, rawOf } = sendingKit(() => waypost);

beforeAll(async () => {
  dns = await startDnsServer();
  relay = await startSmtpServer();
  waypost = await startWaypost({
    vars: {
      DNS_OVER_HTTPS_URL: dns.url,
      MX_HOSTS: 'mx1.host.test, mx2.host.test',
      SPF_MECHANISMS: 'include:spf.host.test',
      RELAY_ALLOW_PRIVATE: '1',
      RELAY_PORTS: String(relay.port),
      // The local runtime knows no https.
      PUBLIC_URL: 'http://out.mail.test',
    },
  });
  await waypost.admin('POST', '/domains', { domain: DOMAIN });
});
afterAll(async () => {
  await waypost?.stop();
  await relay?.stop();
  await dns?.stop();
});

const dkim = (body: object) => waypost.admin<DkimView>('POST', `/domains/${DOMAIN}/dkim`, body);
const report = () => waypost.admin<DomainDnsView>('GET', `/domains/${DOMAIN}/dns`);
const states = async () => Object.fromEntries((await report()).checks.map((c) => [c.name, c.state]));

async function verdicts(bytes: Uint8Array): Promise<string[]> {
  const { results } = await dkimVerify(Buffer.from(bytes), {
    strict: true,
    resolver: async (name) => {
      const answer = await dns.zone.query(name, 'TXT');
      return answer.kind === 'found' ? answer.records.map((one) => [String(one)]) : [];
    },
  });
  return results.filter((r) => r.signingDomain).map((r) => `${r.signingDomain} ${r.algo} ${r.status.result}`);
}

/** What the next host gets of a message that a phone sends. */
async function send(subject: string): Promise<Buffer> {
  const phone = await newPhone();
  expect(
    await post(
      phone,
      'SendMail',
      request('SendMail', plain(phone, 'bob@else.test', subject, 'Hello  Bob. \n'), save),
    ),
  ).toBe('sent');
  for (let i = 0; i < 200; i++) {
    const taken = relay.messages.find((one) => one.bytes.includes(`Subject: ${subject}\r\n`));
    if (taken !== undefined) {
      // What the sender keeps is the message, not its signatures.
      expect(await rawOf(phone, '5')).not.toContain('DKIM-Signature');
      return taken.bytes;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing came');
}

describe('signing keys', () => {
  test('are made, wait for their records, sign, and are replaced with overlap', async () => {
    const { items } = await waypost.admin<{ items: DomainView[] }>('GET', '/domains');
    const tenantId = items.find((one) => one.domain === DOMAIN)?.tenantId ?? '';
    await waypost.admin<CarrierView>('PUT', `/tenants/${tenantId}/carrier`, {
      ...{ kind: 'smtp-relay', host: '127.0.0.1', port: relay.port, security: 'plain' },
    });
    expect(await verdicts(await send('before'))).toEqual([]);

    const first = await dkim({});
    expect(first.made).toHaveLength(2);
    expect(first.keys.map((key) => key.state)).toEqual(['pending', 'pending']);
    expect(JSON.stringify(first)).not.toContain('sealed');
    expect((await dkim({})).made).toEqual([]);

    for (const { record } of first.keys) dns.zone.set(record.name, { TXT: [record.value] });
    await waypost.scheduled();
    expect((await dkim({})).keys.map((key) => key.signs)).toEqual([true, true]);
    // That the domain has no keys is remembered for some seconds.
    const signed = [`${DOMAIN} rsa-sha256 pass`, `${DOMAIN} ed25519-sha256 pass`];
    await expect
      .poll(async () => verdicts(await send(`signed ${Math.random()}`)), { timeout: 90_000, interval: 5000 })
      .toEqual(signed);

    const next = await dkim({ algorithms: ['ed25519-sha256'], rotate: true });
    expect(next.made).toHaveLength(1);
    const fresh = next.keys.find((key) => key.state === 'pending');
    if (fresh === undefined) throw new Error('there is no new key');
    dns.zone.set(fresh.record.name, { TXT: [fresh.record.value] });
    const turned = await dkim({ algorithms: ['ed25519-sha256'] });
    expect(turned.keys.map((key) => [key.algorithm, key.state, key.signs])).toEqual(
      expect.arrayContaining([
        ['rsa-sha256', 'active', true],
        ['ed25519-sha256', 'active', false],
        ['ed25519-sha256', 'active', true],
      ]),
    );
    // Old and new signatures verify while both records are there.
    expect(await verdicts(await send('after'))).toEqual(signed);
  }, 120_000);

  test('are nothing for other domains, and refuse what is no request', async () => {
    await expect(waypost.admin('POST', '/domains/none.test/dkim', {})).rejects.toThrow('404');
    await expect(waypost.admin('POST', '/domains/a..b/dkim', {})).rejects.toThrow('400');
    await expect(dkim({ algorithms: ['rsa-sha1'] })).rejects.toThrow('400');
    await expect(dkim({ rotate: 'yes' })).rejects.toThrow('400');
  });
});

describe('the report on the DNS', () => {
  test('goes from what lacks to complete', async () => {
    const before = await report();
    expect(before.complete).toBe(false);
    expect(await states()).toMatchObject({ [DOMAIN]: 'missing', [`_dmarc.${DOMAIN}`]: 'missing' });
    dns.zone.set('spf.host.test', { TXT: ['v=spf1 ip4:192.0.2.1 -all'] });
    dns.zone.set(`_dmarc.${DOMAIN}`, { TXT: ['v=DMARC1; p=reject'] });
    dns.zone.set(DOMAIN, {
      TXT: ['v=spf1 include:spf.host.test -all'],
      MX: [
        { exchange: 'mx1.host.test', priority: 1 },
        { exchange: 'mx2.host.test', priority: 2 },
      ],
    });
    const after = await report();
    expect(after.checks.filter((c) => c.required && c.state !== 'ok')).toEqual([]);
    expect(after).toMatchObject({ complete: true, mtaStsPolicy: null });
  });

  test('says when the DNS does not answer', async () => {
    dns.zone.set(`_smtp._tls.${DOMAIN}`, 'fails');
    expect(await states()).toMatchObject({ [`_smtp._tls.${DOMAIN}`]: 'unknown' });
    dns.zone.set(`_smtp._tls.${DOMAIN}`, null);
  });
});

describe('the MTA-STS policy', () => {
  const get = (host: string, init: RequestInit = {}) =>
    waypost.fetch(`https://${host}/.well-known/mta-sts.txt`, init);
  const put = (body: object) => waypost.admin<DomainSettingsView>('PUT', `/domains/${DOMAIN}/settings`, body);

  test('is served under its host for domains that have one, and for nobody else (RFC 8461 3.2)', async () => {
    expect((await get(`mta-sts.${DOMAIN}`)).status).toBe(404);
    const set = await put({ mtaSts: { mode: 'testing' }, tlsReports: 'TLS@mail.test' });
    expect(set).toEqual({
      mtaSts: { mode: 'testing', maxAgeSeconds: 604_800, mx: null },
      spf: null,
      tlsReports: 'tls@mail.test',
    });
    const served = await get(`MTA-STS.${DOMAIN}`);
    expect(served.status).toBe(200);
    expect(served.headers.get('content-type')).toMatch(/^text\/plain(;|$)/);
    const policy = await served.text();
    expect(policy).toBe(
      'version: STSv1\r\nmode: testing\r\nmx: mx1.host.test\r\nmx: mx2.host.test\r\nmax_age: 604800\r\n',
    );
    expect((await report()).mtaStsPolicy).toBe(policy);
    for (const host of [DOMAIN, 'mta-sts.none.test', 'mta-sts.', 'x.mta-sts.mail.test', '127.0.0.1'])
      expect((await get(host).catch(() => new Response(null, { status: 404 }))).status, host).toBe(404);
    expect((await get(`mta-sts.${DOMAIN}`, { method: 'POST' })).status).toBe(405);
  });

  test('has an id that follows it, and is announced before the report is complete again', async () => {
    const idOf = async () => (await report()).checks.find((c) => c.what === 'mta-sts')?.expected ?? '';
    const testing = await idOf();
    expect(await put({ mtaSts: { mode: 'enforce', maxAgeSeconds: 86_400 } })).toMatchObject({
      tlsReports: 'tls@mail.test',
    });
    const enforced = await idOf();
    expect(enforced).not.toBe(testing);
    dns.zone.set(`_mta-sts.${DOMAIN}`, { TXT: [testing] });
    dns.zone.set(`mta-sts.${DOMAIN}`, { A: ['192.0.2.2'] });
    dns.zone.set(`_smtp._tls.${DOMAIN}`, { TXT: ['v=TLSRPTv1; rua=mailto:tls@mail.test'] });
    expect(await report()).toMatchObject({ complete: false });
    dns.zone.set(`_mta-sts.${DOMAIN}`, { TXT: [enforced] });
    expect(await report()).toMatchObject({ complete: true });
    await put({ mtaSts: null });
    expect((await get(`mta-sts.${DOMAIN}`)).status).toBe(404);
    expect(await states()).toMatchObject({ [`_mta-sts.${DOMAIN}`]: 'extra' });
  });

  test('is not set to what no policy or record can hold', async () => {
    for (const body of [
      { mtaSts: { mode: 'on' } },
      { mtaSts: { mode: 'enforce', mx: ['a b'] } },
      { mtaSts: { mode: 'enforce', mx: ['mx.test\r\nmode: none'] } },
      { mtaSts: { mode: 'enforce', maxAgeSeconds: 5 } },
      { spf: ['+all'] },
      { spf: ['include:a -all'] },
      { tlsReports: 'no address' },
      { other: 1 },
    ])
      await expect(put(body), JSON.stringify(body)).rejects.toThrow('400');
  });
});
