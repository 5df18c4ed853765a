import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DomainView,
  NewServiceTokenView,
  RoleView,
  ServiceTokenView,
  StatsStep,
  UserView,
} from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

let server: Waypost;
let cli: CommandLine;
const waypost = (...argv: string[]) => cli.waypost(...argv);

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  await waypost('domain', 'add', 'one.test');
  await waypost('domain', 'add', 'two.test');
  await waypost('user', 'add', 'ann@one.test', '--password', 'a-password-1');
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

describe('waypost role', () => {
  it('gives roles, lists them and takes them back', async () => {
    expect((await waypost('role', 'list', 'one.test')).out).toContain('Nobody has a role.');
    expect((await waypost('role', 'grant', 'ann@one.test', 'admin', '--in', 'domain')).out).toBe(
      'ann@one.test is admin of one.test.\n',
    );
    await waypost('role', 'grant', 'ann@one.test', 'support');
    const roles = await cli.json<RoleView[]>('role', 'list', 'one.test');
    expect(roles.map((r) => [r.role, r.in])).toEqual([
      ['support', 'tenant'],
      ['admin', 'domain'],
    ]);
    expect((await waypost('role', 'withdraw', 'ann@one.test', '--in', 'domain')).code).toBe(0);
    expect(await cli.json<RoleView[]>('role', 'list', 'one.test')).toHaveLength(1);
    expect((await waypost('role', 'withdraw', 'ann@one.test', '--in', 'domain')).err).toContain(
      'no such role',
    );
    expect((await waypost('role', 'grant', 'ann@one.test', 'king')).err).toContain('admin or support');
    expect((await waypost('role', 'list', 'none.test')).err).toContain('there is no domain none.test');
  });
});

describe('waypost lists', () => {
  it('follow pages to their end, or to a number of rows, and find what is asked for', async () => {
    for (const name of ['list1', 'list2', 'list3'])
      await waypost('user', 'add', `${name}@two.test`, '--password', 'a-password-1', '--name', 'Žofie Nová');
    const users = async (...flags: string[]) =>
      (await cli.json<UserView[]>('user', 'list', ...flags)).map(({ address }) => address);
    expect(await users()).toHaveLength(4);
    expect(await users('--limit', '2')).toHaveLength(2);
    expect(await users('--domain', 'one.test')).toEqual(['ann@one.test']);
    expect(await users('--address', 'list2')).toEqual(['list2@two.test']);
    expect(await users('--name', 'zofie')).toHaveLength(3);
    expect(await users('--state', 'disabled')).toEqual([]);
    expect((await waypost('user', 'list', '--limit', 'x')).err).toContain('--limit x is no number of rows');
    expect(await cli.json<DomainView[]>('domain', 'list', '--limit', '1')).toHaveLength(1);
    await waypost('group', 'add', 'all@two.test', '--members', 'list1@two.test,list2@two.test');
    expect((await waypost('group', 'list', '--domain', 'two.test')).out).toMatch(/all@two\.test .* 2$/m);
    expect((await waypost('device', 'list', '--access', 'quarantined')).out).toContain('no such devices');
    expect((await waypost('device', 'list', 'ann@one.test', '--access', 'blocked')).code).toBe(2);
    expect((await waypost('dlq', 'list', '--limit', '5')).out).toContain('There are no dead letters.');
  });

  it('are no longer than what the server is asked for again with the same Idempotency-Key', async () => {
    const add = () =>
      server.fetch('/admin/v1/aliases', {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
          'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
        },
        body: JSON.stringify({ alias: 'anna@one.test', address: 'ann@one.test' }),
      });
    const [first, second] = [await add(), await add()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await second.text()).toBe(await first.text());
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('waypost stats', () => {
  it('shows the installation and a tenant in numbers', async () => {
    const all = await cli.json<StatsStep>('stats');
    expect(all).toMatchObject({ tenants: 2, domains: 2, users: { active: 4 }, groups: 1 });
    expect(all.mailboxes.count).toBe(4);
    const { out } = await waypost('stats', 'two.test', '--days', '3');
    expect(out).toMatch(/users +3 active/);
    expect(out).toContain('Nothing was sent within 3 days.');
    expect((await waypost('stats', 'none.test')).err).toContain('there is no domain none.test');
    expect((await waypost('stats', '--days', '401')).code).toBe(2);
  });
});

describe('waypost token', () => {
  it('makes tokens with which the command itself works from afar, within their limits', async () => {
    const made = await cli.json<NewServiceTokenView>(
      ...['token', 'add', 'nightly', '--role', 'admin', '--domain', 'one.test', '--topics', 'users,domains'],
    );
    process.env['WAYPOST_URL'] = server.url.href;
    process.env['WAYPOST_ADMIN_TOKEN'] = made.token;
    try {
      expect((await waypost('user', 'add', 'bob@one.test', '--password', 'a-password-2')).err).toBe('');
      expect((await waypost('user', 'add', 'eve@two.test', '--password', 'a-password-2')).err).toContain(
        'not found',
      );
      expect((await waypost('device', 'list', 'ann@one.test')).err).toContain('does not include this');
      expect((await waypost('reconcile')).code).toBe(1);
    } finally {
      delete process.env['WAYPOST_URL'];
      delete process.env['WAYPOST_ADMIN_TOKEN'];
    }
    const [listed] = await cli.json<ServiceTokenView[]>('token', 'list', '--domain', 'one.test');
    expect(listed).toMatchObject({ name: 'nightly', topics: ['users', 'domains'] });
    expect((await waypost('token', 'list')).out).toContain('There are no tokens.');
    expect((await waypost('token', 'remove', made.tokenId)).err).toContain('no such token');
    expect((await waypost('token', 'remove', made.tokenId, '--domain', 'one.test')).code).toBe(0);
    expect(await cli.json<ServiceTokenView[]>('token', 'list', '--domain', 'one.test')).toEqual([]);
  });
});
