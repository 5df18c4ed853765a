import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditView, Page } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { type OidcAccount, type OidcServer, startOidc, WEB_CLIENT } from '../support/oidc.ts';
import { Browser } from './browser.ts';

describe('roles that an OpenID provider brings into a session', () => {
  const accounts: Record<string, OidcAccount> = {
    boss: { email: 'boss@login.example', email_verified: true, groups: ['mail-admins', 'cooks'] },
    desk: { email: 'desk@login.example', email_verified: true, groups: ['mail-desk'] },
    ann: { email: 'ann@login.example', email_verified: true, groups: ['cooks', 'constructor'] },
  };
  let provider: OidcServer;
  let server: InProcess;
  beforeAll(async () => {
    provider = await startOidc(accounts);
    const setting = {
      ...{ issuer: provider.issuer, audiences: ['api'], domains: ['login.example'], rolesClaim: 'groups' },
      ...{ roles: { 'mail-admins': 'admin', 'mail-desk': 'support' } },
      ...{ clientId: WEB_CLIENT.id, clientSecretName: 'OIDC_WEB' },
    };
    server = await startInProcess({
      vars: {
        ...{ OIDC_ISSUERS: JSON.stringify([setting]), OIDC_WEB: WEB_CLIENT.secret, RELAY_ALLOW_PRIVATE: '1' },
      },
    });
    for (const { email } of Object.values(accounts)) await server.addUser(email, 'password-1');
    await server.addUser('eve@other.example', 'password-1');
    const { tenantId } = await server.admin<{ tenantId: string }>('GET', '/domains/login.example');
    await server.admin('POST', '/domains', { domain: 'sister.example', tenantId });
    await server.admin('POST', '/users', { address: 'sis@sister.example' });
  });
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });

  async function signIn(account: string): Promise<Browser> {
    const browser = new Browser(server);
    const start = await browser.send('GET', '/auth/oidc/start');
    const { pathname, search } = await provider.visit(start.headers.get('location') ?? '', account);
    expect((await browser.send('GET', pathname + search)).status).toBe(303);
    return browser;
  }
  const status = async (browser: Browser, method: string, path: string, body?: object) =>
    (await browser.send(method, `/admin/v1${path}`, body)).status;

  it('A39 open the admin API as far as the provider speaks, and no further', async () => {
    const boss = await signIn('boss');
    expect(await status(boss, 'GET', '/users/ann@login.example')).toBe(200);
    expect(await status(boss, 'PUT', '/users/ann@login.example/quota', { quotaBytes: 1e9 })).toBe(200);
    expect(await status(boss, 'GET', '/users/sis@sister.example')).toBe(404);
    expect(await status(boss, 'GET', '/users/eve@other.example')).toBe(404);
    expect(await status(boss, 'POST', '/tenants', { name: 'x' })).toBe(404);
    const desk = await signIn('desk');
    expect(await status(desk, 'GET', '/users/ann@login.example')).toBe(200);
    expect(await status(desk, 'PUT', '/users/ann@login.example/quota', { quotaBytes: 1e9 })).toBe(403);
    const ann = await signIn('ann');
    expect(await status(ann, 'GET', '/users/ann@login.example')).toBe(403);
    await server.drain();
    const query = '/audit?action=sign-in&limit=50';
    const { items } = await server.admin<Page<AuditView>>('GET', query);
    expect(items.map(({ details }) => details['roles']).sort()).toEqual(['', 'admin', 'support']);
  });

  it('add to those of the directory, which need no new sign-in', async () => {
    const ann = await signIn('ann');
    await server.admin('PUT', '/users/ann@login.example/role', { role: 'support', in: 'tenant' });
    expect(await status(ann, 'GET', '/users/sis@sister.example')).toBe(200);
    const desk = await signIn('desk');
    expect(await status(desk, 'GET', '/users/sis@sister.example')).toBe(404);
    await server.admin('PUT', '/users/desk@login.example/role', { role: 'support', in: 'tenant' });
    expect(await status(desk, 'GET', '/users/sis@sister.example')).toBe(200);
    expect(await status(desk, 'GET', '/users/ann@login.example')).toBe(200);
  });

  it('are looked at anew with each sign-in, and end with the session', async () => {
    const before = await signIn('boss');
    accounts['boss'] = { email: 'boss@login.example', email_verified: true, groups: [] };
    const after = await signIn('boss');
    expect(await status(after, 'GET', '/users/ann@login.example')).toBe(403);
    expect(await status(before, 'GET', '/users/ann@login.example')).toBe(200);
    await server.admin('DELETE', '/users/boss@login.example/sessions');
    expect(await status(before, 'GET', '/users/ann@login.example')).toBe(401);
    // A password brings none.
    const plain = new Browser(server);
    await plain.ask('POST', '/auth/login', { address: 'desk@login.example', password: 'password-1' });
    await server.admin('DELETE', '/users/desk@login.example/role?in=tenant');
    expect(await status(plain, 'GET', '/users/ann@login.example')).toBe(403);
  });
});
