import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeal } from '../../platform/sealed.ts';
import type { MoveView, RequestLimitView, TenantKeyView } from '../../shared/admin-api.ts';
import { Phone } from '../protocol/phone.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { SECRETS_KEY } from '../support/client.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

interface Statement {
  bind(...values: unknown[]): Statement;
  all<T>(): Promise<{ results: T[] }>;
  first<T>(): Promise<T | null>;
  run(): Promise<unknown>;
}

const DOMAIN = 'keys.test';
const USER = `ann@${DOMAIN}`;
const YESTERDAY = 'the secret of yesterday, which is long enough';

describe('keys and limits of a tenant, by the command line', () => {
  let server: Waypost;
  let cli: CommandLine;

  beforeAll(async () => {
    server = await startWaypost({ vars: { SECRETS_KEY_PREVIOUS: YESTERDAY } });
    cli = await commandLine(server);
    await server.addUser(USER, 'a-password-1');
  });
  afterAll(async () => {
    cli?.end();
    await server?.stop();
  });

  const sealed = async () => {
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: { prepare(sql: string): Statement } }>();
    const rows = await DIRECTORY.prepare('SELECT sealed_key FROM dkim_keys ORDER BY selector').all<{
      sealed_key: string;
    }>();
    return rows.results.map((row) => row.sealed_key);
  };

  it('a tenant has none before something is sealed', async () => {
    expect((await cli.waypost('key', 'list', DOMAIN)).out).toContain('Nothing of the tenant was sealed yet.');
    expect((await cli.waypost('key', 'list', 'nowhere.test')).err).toContain('no domain');
  });

  it('another key seals what lay under the first, which opens all the time', async () => {
    expect((await cli.waypost('domain', 'dkim', DOMAIN)).code).toBe(0);
    expect(await sealed()).toEqual([expect.stringMatching(/^v2\.1\./), expect.stringMatching(/^v2\.1\./)]);
    expect((await cli.waypost('key', 'rotate', DOMAIN)).out).toBe(
      'Key 2 seals; 2 secrets were sealed anew.\n',
    );
    expect(await sealed()).toEqual([expect.stringMatching(/^v2\.2\./), expect.stringMatching(/^v2\.2\./)]);
    const keys = await cli.json<TenantKeyView[]>('key', 'list', DOMAIN);
    expect(keys.map(({ generation, wrappedNow }) => [generation, wrappedNow])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect((await cli.waypost('key', 'rotate', DOMAIN, '--reseal-only')).out).toContain('0 secrets');
  });

  it('shows how many requests a minute are taken, and sets it', async () => {
    expect((await cli.waypost('tenant', 'requests', DOMAIN)).out).toBe('No limit (default).\n');
    expect((await cli.waypost('tenant', 'requests', DOMAIN, '--per-minute', '5000')).out).toBe(
      'At most 5000 requests a minute.\n',
    );
    expect(await cli.json<RequestLimitView>('tenant', 'requests', DOMAIN)).toEqual({
      ...{ perMinute: 5000, inForce: 5000 },
    });
    expect((await cli.waypost('tenant', 'requests', DOMAIN, '--per-minute', 'many')).code).toBe(2);
    expect((await cli.waypost('tenant', 'requests', DOMAIN, '--per-minute', 'default')).out).toBe(
      'No limit (default).\n',
    );
  });

  it('what the secret before wrapped is wrapped with the one of today', async () => {
    const { DIRECTORY } = await server.bindings<{ DIRECTORY: { prepare(sql: string): Statement } }>();
    const row = await DIRECTORY.prepare(
      'SELECT tenant_id, wrapped FROM tenant_keys WHERE generation = 2',
    ).first<{
      tenant_id: string;
      wrapped: string;
    }>();
    const owner = `tenant-key/${row?.tenant_id}/2`;
    const key = await createSeal(SECRETS_KEY).open(owner, row?.wrapped ?? '');
    const [before, now] = [createSeal(YESTERDAY), createSeal(SECRETS_KEY)];
    await DIRECTORY.prepare('UPDATE tenant_keys SET wrapped = ?, secret_id = ? WHERE generation = 2')
      .bind(await before.seal(owner, key), await before.secretId())
      .run();
    expect((await cli.waypost('key', 'list', DOMAIN)).out).toContain(`before (${await before.secretId()})`);
    expect((await cli.waypost('key', 'rewrap')).out).toBe(
      '1 keys of 1 tenants were wrapped, 0 secrets sealed anew.\n',
    );
    const keys = await cli.json<TenantKeyView[]>('key', 'list', DOMAIN);
    expect(keys.map(({ secretId, wrappedNow }) => [secretId, wrappedNow])).toEqual([
      [await now.secretId(), true],
      [await now.secretId(), true],
    ]);
  });

  it('moves to another mail shard while a phone waits, is shown, and leaves nothing behind', async () => {
    const phone = await new Phone(server, USER, 'a-password-1').start();
    const mail = (n: number) =>
      server.email(
        'bob@far.example',
        USER,
        `From: bob@far.example\r\nTo: ${USER}\r\nSubject: ${n}\r\nMessage-ID: <move-${n}@far.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nText.\r\n`,
      );
    for (let n = 0; n < 5; n++) await mail(n);
    await phone.receive(5);
    const [{ from = '' } = {}] = await cli.json<{ from: string }[]>('tenant', 'move', 'status');
    expect(from).toBe('');
    expect((await cli.waypost('tenant', 'move', 'status')).out).toBe('No tenant was ever moved.\n');
    expect((await cli.waypost('tenant', 'move', DOMAIN, 'MAIL_9')).err).toContain(
      'none of the shards MAIL_1, MAIL_2',
    );
    const { items } = await server.admin<{ items: { mailShard: string }[] }>('GET', '/tenants');
    const to = items[0]?.mailShard === 'MAIL_1' ? 'MAIL_2' : 'MAIL_1';
    expect((await cli.waypost('tenant', 'move', DOMAIN, items[0]?.mailShard ?? '')).err).toContain('already');

    const ping = phone.ping(60);
    const moving = cli.json<MoveView>('tenant', 'move', DOMAIN, to);
    for (let n = 5; n < 12; n++) expect((await mail(n)).outcome).toBe('ok');
    const moved = await moving;
    expect(moved).toMatchObject({ phase: 'kept', to, error: null, freezes: 1 });
    expect((await ping).status).toBe('2');
    expect(await phone.receive(7)).toHaveLength(7);
    const { status, adds, deletes } = await phone.sync();
    expect([status, adds, deletes]).toEqual(['1', [], []]);

    const shown = await cli.waypost('tenant', 'move', 'status', DOMAIN, '--verified');
    expect(shown.out).toMatch(/^phase +kept$/m);
    expect(shown.out).toMatch(/^turned .*; writers waited [3-9]\.\d s$/m);
    expect(shown.out).toMatch(/^items +\d+ +[0-9a-f]{64}$/m);
    expect((await cli.waypost('tenant', 'move', 'cancel', DOMAIN)).err).toContain('cannot be taken back');
    expect((await cli.json<MoveView>('tenant', 'move', 'finish', DOMAIN)).phase).toBe('done');
    expect((await cli.waypost('tenant', 'move', 'status')).out).toMatch(/done/);
    const told = async () => {
      const events = await cli.json<{ action: string }[]>('audit', 'list', '--limit', '200');
      return events.map(({ action }) => action).filter((action) => action.startsWith('tenant.move'));
    };
    await expect
      .poll(async () => (await told()).sort())
      .toEqual(['tenant.move', 'tenant.move-done', 'tenant.move-finish', 'tenant.move-removed']);
  });
});
