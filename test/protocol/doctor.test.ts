/** `waypost doctor` on a running installation: well, and with one fault after the other. */
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { D1Database, R2Bucket } from '@cloudflare/workers-types/experimental';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAdminClient } from '../../cli/admin-client.ts';
import { lookAtWorker } from '../../cli/doctor/worker.ts';
import { PROJECT_ROOT } from '../../cli/local/home.ts';
import type { DoctorFinding, DoctorView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine, Launcher } from '../support/cli.ts';
import { API_TOKEN, CloudflareApi } from '../support/cloudflare-api.ts';
import { type DnsServer, startDnsServer } from '../support/dns-server.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

interface Report {
  url: string | null;
  healthy: boolean;
  findings: DoctorFinding[];
}

const DATABASES = {
  DIRECTORY: 'directory',
  MAIL_1: 'mail',
  MAIL_2: 'mail',
  SEARCH: 'search',
  AUDIT: 'audit',
};
const VARIABLES = ['WAYPOST_ADMIN_TOKEN', 'WAYPOST_URL', 'CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_API_BASE_URL'];

let server: InProcess;
let front: Server;
let dns: DnsServer;
let cli: CommandLine;
let api: CloudflareApi;
let url = '';
let bucket: 'well' | 'broken' = 'well';
let down = '';

beforeAll(async () => {
  dns = await startDnsServer({});
  server = await startInProcess({
    vars: { DNS_OVER_HTTPS_URL: dns.url },
    wrap: (env) => ({ ...env, BLOBS: breakable(env['BLOBS'] as R2Bucket) }),
  });
  const bindings = await server.bindings<Record<string, D1Database>>();
  for (const [binding, kind] of Object.entries(DATABASES)) {
    await bindings[binding]?.prepare('CREATE TABLE d1_migrations (name TEXT UNIQUE)').run();
    for (const name of migrationsOf(kind))
      await bindings[binding]?.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name).run();
  }
  front = createServer((request, response) => {
    (async () => {
      const body = await buffer(request);
      const path = request.url ?? '/';
      if (down !== '' && path.startsWith(down)) return response.writeHead(404).end('no route');
      // As it was asked for: under the address of this machine.
      const answer = await server.fetch(`${url}${path}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]),
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      return response
        .writeHead(answer.status, Object.fromEntries(answer.headers))
        .end(Buffer.from(await answer.arrayBuffer()));
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  cli = await commandLine({ ...server, url: new URL(url) });
  api = new CloudflareApi();
  await api.start();
});
afterAll(async () => {
  cli.end();
  await new Promise((resolve) => front.close(resolve));
  await Promise.all([server.stop(), dns.stop(), api.stop()]);
});
afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
  bucket = 'well';
  down = '';
});

function breakable(whole: R2Bucket): R2Bucket {
  return new Proxy(whole, {
    get(target, key) {
      if (key === 'put' && bucket === 'broken')
        return async () => {
          throw new Error('put: We encountered an internal error (10001)');
        };
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function migrationsOf(kind: string): string[] {
  return readdirSync(`${PROJECT_ROOT}/migrations/${kind}`).filter((name) => name.endsWith('.sql'));
}

async function examined(
  ...flags: string[]
): Promise<{ code: number; report: Report; said: (check: string) => DoctorFinding }> {
  process.env['WAYPOST_ADMIN_TOKEN'] ??= server.adminToken;
  const { code, out } = await cli.waypost('doctor', '--json', ...flags);
  const report = JSON.parse(out) as Report;
  const said = (check: string) => {
    const found = report.findings.find((one) => one.check === check);
    if (found === undefined) throw new Error(`nothing is said of ${check}: ${out}`);
    return found;
  };
  return { code, report, said };
}

describe('an installation that is well', () => {
  it('here has no trouble, and everything was looked at', async () => {
    const { code, report } = await examined('--local');
    expect(report.findings.filter(({ state }) => state === 'trouble')).toEqual([]);
    expect(code).toBe(0);
    const checks = report.findings.map(({ check }) => check);
    expect(checks).toEqual(
      expect.arrayContaining([
        ...['machine.node', 'machine.wrangler', 'machine.state', 'machine.port', 'admin.token', 'clock'],
        ...['binding.DIRECTORY', 'binding.MAIL_2', 'binding.BLOBS', 'binding.QUEUE_INGEST', 'binding.HUB'],
        ...['migrations.AUDIT', 'secret.SECRETS_KEY', 'dead-letters', 'route.activesync', 'route.ews'],
      ]),
    );
  });

  it('elsewhere has no trouble either; warnings count when that is asked for', async () => {
    const { code, report, said } = await examined('--remote', url);
    expect(report).toMatchObject({ url, healthy: true });
    expect(said('certificate').state).toBe('warning');
    expect(said('clock').state).toBe('ok');
    expect(code).toBe(0);
    expect((await examined('--remote', url, '--strict')).code).toBe(1);
  });

  it('is told to people in a table with what to do', async () => {
    process.env['WAYPOST_ADMIN_TOKEN'] = server.adminToken;
    const { out } = await cli.waypost('doctor', '--remote', url);
    expect(out).toContain('certificate: reach it by https');
    expect(out).toMatch(/\d+ of \d+ checks are well\./);
  });

  it('keeps nothing in its bucket of what was tried, and the look is in the audit log', async () => {
    const { BLOBS } = await server.bindings<{ BLOBS: R2Bucket }>();
    await examined('--remote', url);
    expect((await BLOBS.list({ prefix: 'doctor/' })).objects).toEqual([]);
    await server.drain();
    const { items } = await server.admin<{ items: { action: string }[] }>('GET', '/audit?limit=5');
    expect(items.map(({ action }) => action)).toContain('installation.doctor');
  });
});

describe('a fault', () => {
  it('is a migration that a database lacks', async () => {
    const { MAIL_2 } = await server.bindings<{ MAIL_2: D1Database }>();
    const last = migrationsOf('mail').sort().at(-1) ?? '';
    await MAIL_2.prepare('DELETE FROM d1_migrations WHERE name = ?').bind(last).run();
    const { code, said } = await examined('--remote', url);
    expect(said('migrations.MAIL_2')).toMatchObject({ state: 'trouble', what: `lacks 1: ${last}` });
    expect(said('migrations.MAIL_2').mend).toContain('waypost setup');
    expect(said('migrations.MAIL_1').state).toBe('ok');
    expect(code).toBe(1);
    await MAIL_2.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(last).run();
  });

  it('is a token that opens nothing, or none at all', async () => {
    process.env['WAYPOST_ADMIN_TOKEN'] = 'of another installation';
    const { code, said } = await examined('--remote', url);
    expect(said('admin.token')).toMatchObject({
      state: 'trouble',
      mend: expect.stringContaining('waypost login'),
    });
    expect(said('route.readyz').state).toBe('ok');
    expect(code).toBe(1);
    process.env['XDG_CONFIG_HOME'] = cli.home;
    process.env['WAYPOST_ADMIN_TOKEN'] = '';
    const without = await examined('--remote', url);
    expect(without.said('admin.token').state).toBe('unknown');
    expect(without.code).toBe(0);
    delete process.env['XDG_CONFIG_HOME'];
  });

  it('is a bucket that takes nothing', async () => {
    bucket = 'broken';
    const { code, said } = await examined('--remote', url);
    expect(said('binding.BLOBS')).toMatchObject({ state: 'trouble', what: expect.stringContaining('10001') });
    expect(code).toBe(1);
  });

  it('is a route that leads elsewhere', async () => {
    down = '/Microsoft-Server-ActiveSync';
    const { said } = await examined('--remote', url);
    expect(said('route.activesync')).toMatchObject({
      state: 'trouble',
      what: expect.stringContaining('404'),
    });
    expect(said('route.ews').state).toBe('ok');
  });

  it('is a clock that goes wrong', async () => {
    const admin = createAdminClient(url, server.adminToken);
    const clock = async (ahead: number) =>
      (await lookAtWorker(admin, () => Date.now() + ahead)).find(({ check }) => check === 'clock');
    expect(await clock(0)).toMatchObject({ state: 'ok' });
    expect(await clock(60_000)).toMatchObject({
      state: 'warning',
      what: expect.stringMatching(/6\d s ahead/),
    });
    expect(await clock(-600_000)).toMatchObject({
      state: 'trouble',
      what: expect.stringContaining('behind'),
    });
  });

  it('is a key that does not open what was sealed', async () => {
    await server.addUser('ann@sealed.test');
    await server.admin('POST', '/domains/sealed.test/dkim', {});
    expect((await examined('--remote', url)).said('secret.SECRETS_KEY').state).toBe('ok');
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: D1Database }>();
    const kept = await DIRECTORY.prepare('SELECT selector, sealed_key FROM dkim_keys').all<{
      selector: string;
      sealed_key: string;
    }>();
    await DIRECTORY.prepare(`UPDATE dkim_keys SET sealed_key = sealed_key || 'AAAA'`).run();
    const { said } = await examined('--remote', url);
    expect(said('secret.SECRETS_KEY')).toMatchObject({
      state: 'trouble',
      mend: expect.stringContaining('put SECRETS_KEY'),
    });
    for (const { selector, sealed_key } of kept.results)
      await DIRECTORY.prepare('UPDATE dkim_keys SET sealed_key = ? WHERE selector = ?')
        .bind(sealed_key, selector)
        .run();
  });

  it('is a record of the DNS, and mail that goes elsewhere', async () => {
    await server.addUser('ann@acme.test');
    dns.zone.set('acme.test', { MX: [{ priority: 10, exchange: 'mail.elsewhere.test' }] });
    process.env['CLOUDFLARE_API_TOKEN'] = API_TOKEN;
    process.env['CLOUDFLARE_API_BASE_URL'] = api.url;
    const zone = { id: 'z'.repeat(32), routing: true, catchAll: { type: 'worker', value: ['waypost'] } };
    api.zones.set('acme.test', zone);
    const { code, said } = await examined('--remote', url);
    expect(said('dns.acme.test.mx')).toMatchObject({
      ...{ state: 'trouble', what: expect.stringContaining('mail goes elsewhere') },
      mend: expect.stringContaining('10 route1.mx.cloudflare.net'),
    });
    expect(code).toBe(1);
    expect(said('email-routing.acme.test').state).toBe('ok');
    expect(said('email-routing.sealed.test').state).toBe('warning');
    api.zones.set('acme.test', { ...zone, catchAll: { type: 'drop' } as never });
    expect((await examined('--remote', url)).said('email-routing.acme.test')).toMatchObject({
      ...{ state: 'trouble', mend: expect.stringContaining('Send to a Worker') },
    });
    api.zones.set('acme.test', { ...zone, routing: false });
    expect((await examined('--remote', url)).said('email-routing.acme.test').mend).toContain(
      'email routing enable acme.test',
    );
  });
});

describe('an installation in PostgreSQL', () => {
  it('is asked each time, and has room and all migrations', async () => {
    const whole = await startInProcess({ store: 'postgres' });
    try {
      const view = await whole.admin<DoctorView>('POST', '/doctor');
      const said = (check: string) => view.findings.find((one) => one.check === check);
      expect(said('binding.HYPERDRIVE')?.state).toBe('ok');
      expect(said('hyperdrive.caching')).toMatchObject({ state: 'ok', what: 'off' });
      expect(said('postgres.connections')?.what).toMatch(/^\d+ of \d+ connections$/);
      expect(view.migrations['POSTGRES']).toEqual(migrationsOf('postgres').sort());
    } finally {
      await whole.stop();
    }
  });
});

describe('a deployed installation', () => {
  const launcher = new Launcher();
  const env = () => ({
    XDG_CONFIG_HOME: launcher.home,
    HOME: launcher.home,
    WAYPOST_URL: '',
    CLOUDFLARE_API_TOKEN: '',
  });
  const waypost = (argv: string[], input?: string) =>
    launcher.waypost(argv, { env: env(), ...(input === undefined ? {} : { input }) });
  afterAll(() => launcher.end());

  it('is worked on with the token that was given once, until that is forgotten', async () => {
    const wrong = await waypost(['login', url], 'a token of somebody else\n');
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('a valid admin token is required') });
    const login = await waypost(['login', url], `${server.adminToken}\n`);
    expect(login).toMatchObject({ code: 0, out: expect.stringContaining(`Signed in to ${url}`) });
    expect(login.out).not.toContain(server.adminToken);
    await server.addUser('bob@remote.test');
    const list = await waypost(['user', 'list', '--remote', '--json']);
    expect(list.out).toContain('bob@remote.test');
    const local = await waypost(['user', 'list', '--local']);
    expect(local.err).toContain('there is no local installation');
    expect((await cli.waypost('start', '--remote')).code).toBe(2);
    expect((await waypost(['logout'])).code).toBe(0);
    expect((await waypost(['user', 'list', '--remote'])).err).toContain('waypost login');
  });

  it('is planned without anybody being signed in', async () => {
    const { code, out } = await waypost(['setup', '--host', 'mail.acme.test', '--dry-run', '--json']);
    expect(code).toBe(0);
    const { account, changes } = JSON.parse(out) as { account: null; changes: { commands: string[] }[] };
    expect(account).toBeNull();
    expect(changes.flatMap(({ commands }) => commands)).toContain('npx wrangler queues create dlq-audit');
    const asked = await waypost(['setup', '--host', 'mail.acme.test', '--yes']);
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('nobody is signed in') });
    expect((await cli.waypost('setup', '--host', 'mail')).code).toBe(2);
    expect((await cli.waypost('setup', '--host', 'mail.acme.test', '--json')).err).toContain('give --yes');
  });
});
