import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Browser } from './browser.ts';

const NAME = '__Host-waypost';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface SessionItem {
  sessionId: string;
  current: boolean;
  userAgent: string;
}

describe('sessions of browsers', () => {
  let server: InProcess;
  let ahead = 0;
  let users = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    server = await startInProcess();
  });
  afterAll(async () => {
    await server.stop();
    Date.now = now;
  });

  async function user() {
    const address = `ann${++users}@session${users}.example`;
    const made = await server.addUser(address, 'password-1');
    return { ...made, password: 'password-1' };
  }
  async function signedIn(address: string, password = 'password-1') {
    const browser = new Browser(server);
    await browser.ask('POST', '/auth/login', { address, password });
    return browser;
  }
  const me = (browser: Browser) => browser.outcome('GET', '/auth/me');

  it('begin with address and password, and end', async () => {
    const { address, userId } = await user();
    const browser = new Browser(server);
    expect(await me(browser)).toBe('401 unauthorized');
    const answer = await browser.ask<object>('POST', '/auth/login', { address, password: 'password-1' });
    expect(answer).toMatchObject({ address, userId, session: { current: true, method: 'password' } });
    expect(browser.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-waypost=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
    expect(await browser.ask('GET', '/auth/me')).toMatchObject({ address });
    const kept = browser.cookies.get(NAME) ?? '';
    expect(await browser.outcome('POST', '/auth/logout', {})).toBe('204');
    expect(browser.cookies.has(NAME)).toBe(false);
    browser.cookies.set(NAME, kept);
    expect(await me(browser)).toBe('401 unauthorized');
  });

  it('have no Secure cookie on this machine alone, where browsers would not keep it', async () => {
    const { address } = await user();
    const local = await server.fetch('http://127.0.0.1:8787/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://127.0.0.1:8787' },
      body: JSON.stringify({ address, password: 'password-1' }),
    });
    expect(local.status).toBe(200);
    expect(local.headers.get('set-cookie')).toMatch(
      /^waypost=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    const clear = await server.fetch('http://mail.example/auth/login', { method: 'POST', body: '{}' });
    expect(clear.status).toBe(403);
  });

  it('A33 do not begin with a wrong password, an app password or for nobody, and failures are counted', async () => {
    const { address } = await user();
    const { appPassword } = await server.admin<{ appPassword: string }>(
      ...(['POST', `/users/${address}/app-passwords`, {}] as const),
    );
    const browser = new Browser(server);
    const login = (password: string, who = address) =>
      browser.outcome('POST', '/auth/login', { address: who, password });
    for (const password of ['wrong', appPassword]) expect(await login(password)).toBe('401 unauthorized');
    expect(await login('wrong', `nobody@${address.split('@')[1]}`)).toBe('401 unauthorized');
    expect(await login('wrong', 'no address')).toBe('401 unauthorized');
    const outcomes = new Set<string>();
    for (let n = 0; n < 12; n++) outcomes.add(await login(`wrong-${n}`));
    expect([...outcomes]).toEqual(['401 unauthorized', '429 too-many-attempts']);
    const basic = `Basic ${Buffer.from(`${address}:password-1`).toString('base64')}`;
    const elsewhere = await server.fetch('/EWS/Exchange.asmx', { headers: { authorization: basic } });
    expect(elsewhere.status).toBe(503);
  });

  it('A37 take no token that was there before signing in, and a new sign-in ends the one before', async () => {
    const { address } = await user();
    const browser = new Browser(server);
    const planted = 'A'.repeat(43);
    browser.cookies.set(NAME, planted);
    await browser.ask('POST', '/auth/login', { address, password: 'password-1' });
    const first = browser.cookies.get(NAME) ?? '';
    expect(first).not.toBe(planted);
    await browser.ask('POST', '/auth/login', { address, password: 'password-1' });
    const other = new Browser(server);
    other.cookies.set(NAME, first);
    expect(await me(other)).toBe('401 unauthorized');
    expect(await me(browser)).toBe('200');
  });

  it('A37 get another token each hour; the one before it holds for a moment, and then betrays who shows it', async () => {
    const { address } = await user();
    const browser = await signedIn(address);
    const [page, thief] = [new Browser(server), new Browser(server)];
    const first = browser.cookies.get(NAME) ?? '';
    for (const one of [page, thief]) one.cookies.set(NAME, first);
    ahead += HOUR;
    expect(await me(browser)).toBe('200');
    expect(browser.cookies.get(NAME)).not.toBe(first);
    expect(await me(page)).toBe('200');
    expect(page.setCookies).toEqual([]);
    expect(await me(browser)).toBe('200');
    ahead += MINUTE;
    expect(await me(browser)).toBe('200');
    expect(await me(thief)).toBe('401 unauthorized');
    expect(await me(browser)).toBe('401 unauthorized');
  });

  it('end when they are not used, and some time after they began', async () => {
    const { address } = await user();
    const [idle, used] = [await signedIn(address), await signedIn(address)];
    ahead += 11 * HOUR;
    expect(await me(used)).toBe('200');
    ahead += HOUR;
    expect(await me(idle)).toBe('401 unauthorized');
    for (let hours = 12; hours < 168; hours += 11) {
      expect(await me(used), `after ${hours} hours`).toBe('200');
      ahead += 11 * HOUR;
    }
    expect(await me(used)).toBe('401 unauthorized');
  });

  it('are listed, and ended one by one or all but this', async () => {
    const { address } = await user();
    const stranger = await signedIn((await user()).address);
    const [a, b, c] = [await signedIn(address), await signedIn(address), await signedIn(address)];
    const list = async (browser: Browser) =>
      (await browser.ask<{ items: SessionItem[] }>('GET', '/auth/sessions')).items;
    const items = await list(a);
    expect(items.map(({ current, userAgent }) => [current, userAgent])).toEqual([
      [false, 'Browser/1.0'],
      [false, 'Browser/1.0'],
      [true, 'Browser/1.0'],
    ]);
    const ofC = (await list(c)).find(({ current }) => current)?.sessionId ?? '';
    expect(await stranger.outcome('DELETE', `/auth/sessions/${ofC}`)).toBe('404 not-found');
    expect(await a.outcome('DELETE', `/auth/sessions/${ofC}`)).toBe('204');
    expect(await me(c)).toBe('401 unauthorized');
    expect(await a.ask('DELETE', '/auth/sessions')).toEqual({ ended: 1 });
    expect([await me(a), await me(b), await me(stranger)]).toEqual(['200', '401 unauthorized', '200']);
  });

  it('A37 end at once with another password, a disabled user and a disabled tenant', async () => {
    const { address, tenantId } = await user();
    const before = await signedIn(address);
    await server.admin('PUT', `/users/${address}/password`, { password: 'password-2' });
    expect(await me(before)).toBe('401 unauthorized');
    const browser = await signedIn(address, 'password-2');
    await server.admin('PUT', `/users/${address}/status`, { status: 'disabled' });
    expect(await me(browser)).toBe('401 unauthorized');
    await server.admin('PUT', `/users/${address}/status`, { status: 'active' });
    expect(await me(browser)).toBe('200');
    await server.admin('PUT', `/tenants/${tenantId}/status`, { status: 'disabled' });
    expect(await me(browser)).toBe('401 unauthorized');
    await server.admin('PUT', `/tenants/${tenantId}/status`, { status: 'active' });
  });

  it('A38 change nothing for a page of somebody else', async () => {
    const { address } = await user();
    const browser = await signedIn(address);
    const logout = (headers: Record<string, string>, body = '{}') =>
      browser.outcome('POST', '/auth/logout', body, headers);
    const origin = 'https://evil.example';
    expect(await logout({ origin })).toBe('403 foreign-origin');
    expect(await logout({ origin, 'sec-fetch-site': 'cross-site' })).toBe('403 foreign-origin');
    expect(await logout({ 'sec-fetch-site': 'same-site' })).toBe('403 foreign-origin');
    expect(await logout({ origin: 'null' })).toBe('403 foreign-origin');
    expect(await logout({ 'content-type': 'text/plain' })).toBe('415 unsupported-media-type');
    expect(await browser.outcome('DELETE', '/auth/sessions', undefined, { origin })).toBe(
      '403 foreign-origin',
    );
    const silent = await server.fetch('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ address, password: 'password-1' }),
    });
    expect(silent.status).toBe(403);
    expect((await browser.send('GET', '/auth/logout')).status).toBe(404);
    const read = await browser.send('GET', '/auth/me', undefined, { origin });
    expect(read.headers.has('access-control-allow-origin')).toBe(false);
    expect(read.headers.get('cache-control')).toBe('no-store');
    const preflight = await browser.send('OPTIONS', '/auth/logout', undefined, { origin });
    expect([preflight.status, preflight.headers.has('access-control-allow-origin')]).toEqual([403, false]);
    expect(await me(browser)).toBe('200');
  });

  it('are told to the audit log, from a wrong password to the end', async () => {
    const { address, tenantId, userId } = await user();
    const browser = new Browser(server);
    expect(await browser.outcome('POST', '/auth/login', { address, password: 'wrong' })).toMatch(/^401/);
    await browser.ask('POST', '/auth/login', { address, password: 'password-1' });
    await browser.ask('DELETE', '/auth/sessions');
    await browser.ask('POST', '/auth/logout', {});
    await server.drain();
    const { items } = await server.admin<{ items: Record<string, unknown>[] }>(
      ...(['GET', `/audit?tenantId=${tenantId}`] as const),
    );
    const told = items
      .filter(({ protocol }) => protocol === 'browser')
      .map((event) => {
        expect(event).toMatchObject({ resource: `user/${userId}`, address: '127.0.0.1' });
        return `${event['actor']} ${event['action']} ${event['outcome']}`;
      });
    const own = `user/${userId}`;
    expect(told.toSorted()).toEqual([
      'nobody sign-in.fail denied',
      `${own} session.end-others ok`,
      `${own} sign-in ok`,
      `${own} sign-out ok`,
    ]);
    expect(JSON.stringify(items)).not.toContain('password-1');
  });

  it('say what is wrong with a request', async () => {
    const browser = new Browser(server);
    expect(await browser.outcome('POST', '/auth/login', '{')).toBe('400 invalid-input');
    expect(await browser.outcome('POST', '/auth/login', { address: 'a@b.example' })).toBe(
      '400 invalid-input',
    );
    const more = { address: 'a@b.example', password: 'x', admin: true };
    expect(await browser.outcome('POST', '/auth/login', more)).toBe('400 invalid-input');
    expect(await browser.outcome('POST', '/auth/login', 'x'.repeat(70_000))).toBe('413 too-large');
    expect(await browser.outcome('GET', '/auth/nothing')).toBe('404 not-found');
  });
});
