import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { type OidcServer, startOidc, WEB_CLIENT } from '../support/oidc.ts';
import { Browser } from './browser.ts';

const REFUSED = '401 not-accepted';

describe('signing in at the page of an OpenID provider', () => {
  let provider: OidcServer;
  let server: InProcess;
  let ahead = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    provider = await startOidc({
      ann: { email: 'ann@login.example', email_verified: true },
      mallory: { email: 'mallory@other.example', email_verified: true },
      unverified: { email: 'ann@login.example', email_verified: false },
      stranger: { email: 'nobody@login.example', email_verified: true },
      dora: { email: 'dora@login.example', email_verified: true },
    });
    const setting = {
      ...{ issuer: provider.issuer, audiences: ['api'], domains: ['login.example'] },
      ...{ clientId: WEB_CLIENT.id, clientSecretName: 'OIDC_WEB' },
    };
    const other = { issuer: 'https://id.example', audiences: ['api'], domains: ['login.example'] };
    server = await startInProcess({
      vars: {
        ...{ OIDC_ISSUERS: JSON.stringify([setting, other]), OIDC_WEB: WEB_CLIENT.secret },
        RELAY_ALLOW_PRIVATE: '1',
      },
    });
    for (const who of ['ann@login.example', 'dora@login.example', 'mallory@other.example']) {
      await server.addUser(who, 'password-1');
    }
    await server.admin('PUT', '/users/dora@login.example/status', { status: 'disabled' });
  });
  afterAll(async () => {
    await server.stop();
    await provider.stop();
    Date.now = now;
  });

  async function begin(browser: Browser, query = '') {
    const response = await browser.send('GET', `/auth/oidc/start${query}`);
    expect(response.status).toBe(303);
    return response.headers.get('location') ?? '';
  }
  const back = async (browser: Browser, account: string) =>
    provider.visit(await begin(browser), account).then(({ pathname, search }) => pathname + search);

  it('begins a session for the user of the address, and goes on where one came from', async () => {
    const browser = new Browser(server);
    expect(await browser.ask('GET', '/auth/oidc')).toEqual({
      ...{ items: [{ issuer: provider.issuer }], cursor: null },
    });
    const location = await begin(
      browser,
      `?issuer=${provider.issuer}&return=${encodeURIComponent('/mail?x=1#a')}`,
    );
    const query = new URL(location).searchParams;
    expect(query.get('code_challenge_method')).toBe('S256');
    expect(query.get('redirect_uri')).toBe('https://waypost.test/auth/oidc/callback');
    const at = await provider.visit(location, 'ann');
    const answer = await browser.send('GET', at.pathname + at.search);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/mail?x=1#a']);
    expect([...browser.cookies.keys()]).toEqual(['__Host-waypost']);
    expect(await browser.ask('GET', '/auth/me')).toMatchObject({
      ...{ address: 'ann@login.example', session: { method: 'oidc' } },
    });
  });

  it('A35 is for users whom the provider speaks for, with an address that was verified', async () => {
    for (const account of ['mallory', 'unverified', 'stranger', 'dora']) {
      const browser = new Browser(server);
      expect(await browser.outcome('GET', await back(browser, account)), account).toBe(REFUSED);
      expect(await browser.outcome('GET', '/auth/me')).toBe('401 unauthorized');
    }
  });

  it('A37 ends once, within ten minutes, and in the browser that began it', async () => {
    const browser = new Browser(server);
    const path = await back(browser, 'ann');
    const kept = new Map(browser.cookies);
    const victim = new Browser(server);
    expect(await victim.outcome('GET', path)).toBe(REFUSED);
    // That was its one try.
    expect(await browser.outcome('GET', path)).toBe(REFUSED);
    const again = await back(browser, 'ann');
    expect((await browser.send('GET', again)).status).toBe(303);
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect(await browser.outcome('GET', again)).toBe(REFUSED);
    const late = await back(browser, 'ann');
    ahead += 600_000;
    expect(await browser.outcome('GET', late)).toBe(REFUSED);
    expect(await browser.outcome('GET', '/auth/oidc/callback?code=x&state=y')).toBe(REFUSED);
    expect(await browser.outcome('GET', '/auth/oidc/callback?code=x')).toBe(REFUSED);
  });

  it('A35 takes no answer of another provider, no wrong code and no refusal', async () => {
    const change = async (edit: (query: URLSearchParams) => void) => {
      const browser = new Browser(server);
      const at = new URL(await back(browser, 'ann'), server.url);
      edit(at.searchParams);
      return browser.outcome('GET', at.pathname + at.search);
    };
    expect(await change((query) => query.set('iss', 'https://id.example'))).toBe(REFUSED);
    expect(await change((query) => query.set('code', 'wrong'))).toBe(REFUSED);
    expect(
      await change((query) => {
        query.delete('code');
        query.set('error', 'access_denied');
      }),
    ).toBe(REFUSED);
  });

  it('A37 takes no code of somebody else: it is of another verifier', async () => {
    const [one, other] = [new Browser(server), new Browser(server)];
    const [mine, theirs] = [await back(one, 'ann'), await back(other, 'ann')];
    const mixed = new URL(mine, server.url);
    mixed.searchParams.set('code', new URL(theirs, server.url).searchParams.get('code') ?? '');
    expect(await one.outcome('GET', mixed.pathname + mixed.search)).toBe(REFUSED);
  });

  it('goes back to paths of this host alone, and to no provider that is not set up for it', async () => {
    const browser = new Browser(server);
    const paths = ['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', 'mail'];
    for (const path of [...paths, '/\t/evil.example', '/a\\..\\b', '']) {
      const outcome = await browser.outcome('GET', `/auth/oidc/start?return=${encodeURIComponent(path)}`);
      expect(outcome, path).toBe('400 invalid-input');
    }
    for (const issuer of ['https://id.example', 'https://nobody.example', '']) {
      const outcome = await browser.outcome('GET', `/auth/oidc/start?issuer=${encodeURIComponent(issuer)}`);
      expect(outcome, issuer).toBe('404 not-found');
    }
  });

  it('asks to come again while the provider is down', async () => {
    const lonely = await startOidc({});
    const setting = { issuer: lonely.issuer, audiences: ['api'], domains: ['x.example'], clientId: 'web' };
    await lonely.stop();
    const other = await startInProcess({
      vars: { OIDC_ISSUERS: JSON.stringify([setting]), RELAY_ALLOW_PRIVATE: '1' },
    });
    try {
      const answer = await other.fetch('/auth/oidc/start', { redirect: 'manual' });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    } finally {
      await other.stop();
    }
  });

  it('does not make an ID token a way in for programs, nor one that we sign ourselves', async () => {
    const token = await new SignJWT({ email: 'ann@login.example' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(provider.issuer)
      .setAudience(WEB_CLIENT.id)
      .sign(new TextEncoder().encode(WEB_CLIENT.secret));
    const answer = await server.fetch('/EWS/Exchange.asmx', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(401);
  });
});
