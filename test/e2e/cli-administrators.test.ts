import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewServiceTokenView, RoleView, ServiceTokenView } from '../../shared/admin-api.ts';
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
