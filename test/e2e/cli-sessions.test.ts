import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserSessionView } from '../../shared/admin-api.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

const USER = 'ann@browsers.test';

describe('waypost user sessions', () => {
  let server: Waypost;
  let cli: CommandLine;
  beforeAll(async () => {
    server = await startWaypost();
    cli = await commandLine(server);
    await server.addUser(USER, 'a-password-1');
  });
  afterAll(async () => {
    cli?.end();
    await server?.stop();
  });

  const login = () =>
    server.fetch('/auth/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: server.url.origin,
        'user-agent': 'Browser/1.0',
      },
      body: JSON.stringify({ address: USER, password: 'a-password-1' }),
    });

  it('lists where a user is signed in, and ends it', async () => {
    expect((await cli.waypost('user', 'sessions', USER)).out).toBe('There are none.\n');
    const { status, headers } = await login();
    expect(status).toBe(200);
    const cookie = headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect((await server.fetch('/auth/me', { headers: { cookie } })).status).toBe(200);
    const [session] = await cli.json<UserSessionView[]>('user', 'sessions', USER);
    expect(session).toMatchObject({ method: 'password', userAgent: 'Browser/1.0' });
    expect((await cli.waypost('user', 'sessions', USER)).out).toContain('Browser/1.0');
    expect((await cli.waypost('user', 'sessions', USER, '--end')).code).toBe(0);
    expect((await server.fetch('/auth/me', { headers: { cookie } })).status).toBe(401);
  });

  it('ends the codes of a user', async () => {
    expect((await cli.waypost('user', 'end-codes', USER)).out).toBe(`${USER} signs in without codes.\n`);
    expect((await login()).status).toBe(200);
    expect((await cli.waypost('user', 'end-codes', 'nobody@browsers.test')).err).toContain('no user');
  });
});
