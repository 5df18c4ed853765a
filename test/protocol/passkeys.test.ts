import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Authenticator, type Lies } from './authenticator.ts';
import { Browser } from './browser.ts';

const ORIGIN = 'https://waypost.test';
const REFUSED = '401 not-accepted';

interface AddOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
  excludeCredentials: { id: string }[];
}

describe('passkeys', () => {
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

  async function signedIn() {
    const address = `pia${++users}@passkey.example`;
    await server.addUser(address, 'password-1');
    const browser = new Browser(server);
    await browser.ask('POST', '/auth/login', { address, password: 'password-1' });
    return { address, browser };
  }
  const addOptions = (browser: Browser) => browser.ask<AddOptions>('POST', '/auth/passkeys/options', {});
  async function owner() {
    const { address, browser } = await signedIn();
    const device = new Authenticator(ORIGIN);
    const response = await device.make(await addOptions(browser));
    const made = await browser.ask<{ passkeyId: string }>('POST', '/auth/passkeys', {
      label: 'Key',
      response,
    });
    return { address, browser, device, ...made };
  }
  const options = (browser: Browser) =>
    browser.ask<{ challenge: string; rpId: string }>('POST', '/auth/login/passkey/options', {});
  const signIn = async (browser: Browser, device: Authenticator, lies?: Lies) =>
    browser.outcome('POST', '/auth/login/passkey', {
      response: await device.sign(await options(browser), lies),
    });

  it('are made in a session and sign in without address, password or code', async () => {
    const { address, browser, device, passkeyId } = await owner();
    expect(await browser.ask('GET', '/auth/passkeys')).toMatchObject({
      items: [{ passkeyId, label: 'Key', lastUsedAt: null }],
    });
    expect((await addOptions(browser)).excludeCredentials.map(({ id }) => id)).toEqual([passkeyId]);
    const other = new Browser(server);
    expect(await signIn(other, device)).toBe('200');
    expect(await other.ask('GET', '/auth/me')).toMatchObject({ address, session: { method: 'passkey' } });
    expect(await browser.ask('GET', '/auth/passkeys')).not.toMatchObject({ items: [{ lastUsedAt: null }] });
  });

  it('A36 are of this host, its pages and a user whom the device has looked at', async () => {
    const lies: Lies[] = [
      { origin: 'https://waypost.test.evil.example' },
      { origin: 'http://waypost.test' },
      { rpId: 'evil.example' },
      { challenge: 'AAAA' },
      { crossOrigin: true },
      { unverified: true },
    ];
    const { browser } = await signedIn();
    const { device } = await owner();
    for (const lie of lies) {
      const response = await new Authenticator(ORIGIN).make(await addOptions(browser), lie);
      const made = await browser.outcome('POST', '/auth/passkeys', { response });
      expect(made, JSON.stringify(lie)).toBe(REFUSED);
      expect(await signIn(browser, device, lie), JSON.stringify(lie)).toBe(REFUSED);
    }
    expect(await browser.ask('GET', '/auth/passkeys')).toMatchObject({ items: [] });
    expect(await signIn(browser, device)).toBe('200');
  });

  it('A36 answer a challenge once, in five minutes, and the one that was put to their user', async () => {
    const { browser, device } = await owner();
    const response = await device.sign(await options(browser));
    const send = () => new Browser(server).outcome('POST', '/auth/login/passkey', { response });
    expect([await send(), await send()]).toEqual(['200', REFUSED]);
    const late = await device.sign(await options(browser));
    ahead += 300_000;
    expect(await browser.outcome('POST', '/auth/login/passkey', { response: late })).toBe(REFUSED);
    const [one, other] = [await signedIn(), await signedIn()];
    const made = await new Authenticator(ORIGIN).make(await addOptions(one.browser));
    expect(await other.browser.outcome('POST', '/auth/passkeys', { response: made })).toBe(REFUSED);
    const forSignIn = await options(one.browser);
    const wrongKind = { ...(await addOptions(one.browser)), challenge: forSignIn.challenge };
    const crossed = await new Authenticator(ORIGIN).make(wrongKind);
    expect(await one.browser.outcome('POST', '/auth/passkeys', { response: crossed })).toBe(REFUSED);
  });

  it('A36 are refused when their counter does not grow, or the signature is of another key', async () => {
    const { browser, device } = await owner();
    expect(await signIn(browser, device, { counter: 5 })).toBe('200');
    expect(await signIn(browser, device, { counter: 5 })).toBe(REFUSED);
    expect(await signIn(browser, device, { counter: 4 })).toBe(REFUSED);
    expect(await signIn(browser, device, { counter: 6 })).toBe('200');
    const stranger = await owner();
    const [mine, theirs] = [
      await device.sign(await options(browser)),
      await stranger.device.sign(await options(browser)),
    ];
    const mixed = { ...theirs, id: mine.id, rawId: mine.rawId };
    expect(await browser.outcome('POST', '/auth/login/passkey', { response: mixed })).toBe(REFUSED);
    const handle = { ...mine, response: { ...mine.response, userHandle: theirs.response.userHandle } };
    expect(await browser.outcome('POST', '/auth/login/passkey', { response: handle })).toBe(REFUSED);
  });

  it('are worth nothing once removed, or when their user is disabled', async () => {
    const { address, browser, device, passkeyId } = await owner();
    const stranger = await signedIn();
    expect(await stranger.browser.outcome('DELETE', `/auth/passkeys/${passkeyId}`)).toBe('404 not-found');
    await server.admin('PUT', `/users/${address}/status`, { status: 'disabled' });
    expect(await signIn(new Browser(server), device)).toBe(REFUSED);
    await server.admin('PUT', `/users/${address}/status`, { status: 'active' });
    expect(await signIn(new Browser(server), device)).toBe('200');
    expect(await browser.outcome('DELETE', `/auth/passkeys/${passkeyId}`)).toBe('204');
    expect(await signIn(new Browser(server), device)).toBe(REFUSED);
  });

  it('are made and removed in a fresh session only', async () => {
    const { browser, passkeyId } = await owner();
    ahead += 900_000;
    expect(await browser.outcome('POST', '/auth/passkeys/options', {})).toBe('403 sign-in-again');
    expect(await browser.outcome('DELETE', `/auth/passkeys/${passkeyId}`)).toBe('403 sign-in-again');
    expect(await new Browser(server).outcome('POST', '/auth/passkeys/options', {})).toBe('401 unauthorized');
  });
});
