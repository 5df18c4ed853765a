import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Browser } from './browser.ts';

const BASE = '/admin/v1';

describe('the admin API with a session of a browser', () => {
  let server: InProcess;
  let ahead = 0;
  let users = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    server = await startInProcess();
    await server.addUser('eve@elsewhere.example', 'password-1');
  });
  afterAll(async () => {
    await server.stop();
    Date.now = now;
  });

  async function signedIn() {
    const address = `ann${++users}@desk${users}.example`;
    await server.addUser(address, 'password-1');
    const browser = new Browser(server);
    await browser.ask('POST', '/auth/login', { address, password: 'password-1' });
    return { address, browser };
  }
  const grant = (address: string, role: string) =>
    server.admin('PUT', `/users/${address}/role`, { role, in: 'tenant' });
  const quota = { quotaBytes: 1_000_000 };

  it('does what the roles of its user let it do, from one request to the next', async () => {
    const { address, browser } = await signedIn();
    const path = `${BASE}/users/${address}/quota`;
    expect(await browser.outcome('GET', `${BASE}/tenants`)).toBe('403 forbidden');
    await grant(address, 'support');
    expect(await browser.outcome('GET', `${BASE}/users/${address}`)).toBe('200');
    expect(await browser.outcome('PUT', path, quota)).toBe('403 forbidden');
    await grant(address, 'admin');
    expect(await browser.outcome('PUT', path, quota)).toBe('200');
    expect(await browser.outcome('GET', `${BASE}/users/eve@elsewhere.example`)).toBe('404 not-found');
    await server.admin('DELETE', `/users/${address}/role?in=tenant`);
    expect(await browser.outcome('GET', `${BASE}/users/${address}`)).toBe('403 forbidden');
    await browser.ask('POST', '/auth/logout', {});
    expect(await browser.outcome('GET', `${BASE}/users/${address}`)).toBe('401 unauthorized');
  });

  it('A38 changes nothing for a page of somebody else', async () => {
    const { address, browser } = await signedIn();
    await grant(address, 'admin');
    const path = `${BASE}/users/${address}/quota`;
    const foreign = { origin: 'https://evil.example' };
    expect(await browser.outcome('PUT', path, quota, foreign)).toBe('403 forbidden');
    expect(await browser.outcome('PUT', path, quota, { 'sec-fetch-site': 'same-site' })).toBe(
      '403 forbidden',
    );
    expect(await browser.outcome('PUT', path, quota, { 'content-type': 'text/plain' })).toMatch(/^415/);
    expect(await browser.outcome('PUT', path, quota)).toBe('200');
  });

  it('A37 hands on the token that the session gets, also with an error', async () => {
    const { address, browser } = await signedIn();
    await grant(address, 'support');
    const before = [...browser.cookies.values()];
    ahead += 3_600_000;
    expect(await browser.outcome('GET', `${BASE}/users/nobody@desk${users}.example`)).toBe('404 not-found');
    expect([...browser.cookies.values()]).not.toEqual(before);
    ahead += 61_000;
    expect(await browser.outcome('GET', `${BASE}/users/${address}`)).toBe('200');
  });
});
