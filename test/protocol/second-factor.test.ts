import { Buffer } from 'node:buffer';
import { type TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Browser } from './browser.ts';

const PASSWORD = 'password-1';
const STEP = 30_000;

describe('codes as a second proof', () => {
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

  /** Codes are of the time that the Worker has. */
  const codeOf = (totp: TOTP, steps = 0) => totp.generate({ timestamp: Date.now() + steps * STEP });
  const login = (browser: Browser, address: string, code?: string) =>
    browser.outcome('POST', '/auth/login', {
      ...{ address, password: PASSWORD },
      ...(code === undefined ? {} : { code }),
    });
  async function fresh() {
    const address = `tom${++users}@second.example`;
    await server.addUser(address, PASSWORD);
    const browser = new Browser(server);
    expect(await login(browser, address)).toBe('200');
    return { address, browser };
  }
  async function enrol(browser: Browser) {
    const made = await browser.ask<{ secret: string; uri: string }>('POST', '/auth/totp', {});
    const totp = URI.parse(made.uri) as TOTP;
    expect(totp.secret.base32).toBe(made.secret);
    const { recoveryCodes } = await browser.ask<{ recoveryCodes: string[] }>('POST', '/auth/totp/confirm', {
      code: codeOf(totp),
    });
    // What has confirmed it was used: the next code is of the next step.
    ahead += STEP;
    return { ...made, totp, recoveryCodes };
  }
  const basic = async (address: string, password = PASSWORD) => {
    const authorization = `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`;
    return (await server.fetch('/EWS/Exchange.asmx', { headers: { authorization } })).status;
  };

  it('count once a code has shown that the app has the secret', async () => {
    const { address, browser } = await fresh();
    const { uri } = await browser.ask<{ uri: string }>('POST', '/auth/totp', {});
    expect(uri).toMatch(/^otpauth:\/\/totp\/Waypost:tom\d+%40second\.example\?/);
    expect(await browser.outcome('POST', '/auth/totp/confirm', { code: '000000x' })).toBe('401 not-accepted');
    expect(await login(new Browser(server), address)).toBe('200');
    expect(await browser.ask('GET', '/auth/totp')).toEqual({ enabled: false, since: null, recoveryCodes: 0 });
    const other = new Browser(server);
    expect(await login(other, address)).toBe('200');
    const { recoveryCodes } = await enrol(browser);
    expect(recoveryCodes).toHaveLength(10);
    expect(await browser.ask('GET', '/auth/totp')).toMatchObject({ enabled: true, recoveryCodes: 10 });
    expect(await other.outcome('GET', '/auth/me')).toBe('401 unauthorized');
    expect(await browser.outcome('POST', '/auth/totp', {})).toBe('409 conflict');
  });

  it('A36 are asked for at each sign-in, and each is good once in its window', async () => {
    const { address, browser } = await fresh();
    const { totp } = await enrol(browser);
    expect(await login(browser, address)).toBe('401 code-required');
    const code = codeOf(totp);
    const both = await Promise.all([1, 2].map(() => login(new Browser(server), address, code)));
    expect(both.toSorted()).toEqual(['200', '401 not-accepted']);
    expect(await login(browser, address, code)).toBe('401 not-accepted');
    expect(await login(browser, address, codeOf(totp, -1))).toBe('401 not-accepted');
    expect(await login(browser, address, codeOf(totp, 1))).toBe('200');
    expect(await login(browser, address, codeOf(totp))).toBe('401 not-accepted');
    ahead += 3 * STEP;
    expect(await login(browser, address, codeOf(totp, 2))).toBe('401 not-accepted');
    expect(await login(browser, address, codeOf(totp).replace(/^.../, '$& '))).toBe('200');
  });

  it('A36 are not guessed: failures are counted beside those of the password', async () => {
    const { address, browser } = await fresh();
    const { totp } = await enrol(browser);
    const wrong = codeOf(totp, 500);
    const outcomes: string[] = [];
    for (let n = 0; n < 12; n++) outcomes.push(await login(browser, address, wrong));
    expect(outcomes[0]).toBe('401 not-accepted');
    expect(outcomes.at(-1)).toBe('429 too-many-attempts');
    expect(await login(browser, address, codeOf(totp))).toBe('429 too-many-attempts');
    ahead += 301_000;
    expect(await login(browser, address, codeOf(totp))).toBe('200');
  });

  it('A36 are replaced by recovery codes, each of them once', async () => {
    const { address, browser } = await fresh();
    const { recoveryCodes } = await enrol(browser);
    const [first = '', second = ''] = recoveryCodes;
    expect(await login(browser, address, 'aaaa-bbbb-cccc-dddd')).toBe('401 not-accepted');
    expect(await login(browser, address, first.toUpperCase().replaceAll('-', ' '))).toBe('200');
    expect(await login(browser, address, first)).toBe('401 not-accepted');
    const both = await Promise.all([1, 2].map(() => login(new Browser(server), address, second)));
    expect(both.toSorted()).toEqual(['200', '401 not-accepted']);
    expect(await browser.ask('GET', '/auth/totp')).toMatchObject({ recoveryCodes: 8 });
  });

  it('A36 end with password and code, and what is made later is another secret', async () => {
    const { address, browser } = await fresh();
    const { totp, secret, recoveryCodes } = await enrol(browser);
    const end = (password: string, code: string) =>
      browser.outcome('POST', '/auth/totp/disable', { password, code });
    expect(await end('wrong', codeOf(totp))).toBe('401 not-accepted');
    expect(await end(PASSWORD, codeOf(totp, 500))).toBe('401 not-accepted');
    expect(await end(PASSWORD, codeOf(totp))).toBe('204');
    expect(await login(new Browser(server), address)).toBe('200');
    const again = await enrol(browser);
    expect(again.secret).not.toBe(secret);
    expect(await login(browser, address, codeOf(totp))).toBe('401 not-accepted');
    expect(await login(browser, address, recoveryCodes[0] ?? '')).toBe('401 not-accepted');
    expect(await login(browser, address, codeOf(again.totp))).toBe('200');
  });

  it('close Basic to the password at once, and leave it to app passwords', async () => {
    const { address, browser } = await fresh();
    expect(await basic(address)).toBe(200);
    const { totp } = await enrol(browser);
    expect(await basic(address)).toBe(401);
    const { appPassword } = await server.admin<{ appPassword: string }>(
      ...(['POST', `/users/${address}/app-passwords`, {}] as const),
    );
    expect(await basic(address, appPassword)).toBe(200);
    const body = { password: PASSWORD, code: codeOf(totp) };
    expect(await browser.outcome('POST', '/auth/totp/disable', body)).toBe('204');
    expect(await basic(address)).toBe(200);
  });

  it('are ended by an administrator for who has lost them, as are sessions', async () => {
    const { address, browser } = await fresh();
    await enrol(browser);
    await server.admin('DELETE', `/users/${address}/totp`);
    expect(await login(new Browser(server), address)).toBe('200');
    expect(await basic(address)).toBe(200);
    const list = () => server.admin<{ items: { method: string }[] }>('GET', `/users/${address}/sessions`);
    expect((await list()).items.map(({ method }) => method)).toEqual(['password', 'password']);
    await server.admin('DELETE', `/users/${address}/sessions`);
    expect((await list()).items).toEqual([]);
    expect(await browser.outcome('GET', '/auth/me')).toBe('401 unauthorized');
  });

  it('are not begun in a session that is not fresh', async () => {
    const { address, browser } = await fresh();
    ahead += 900_000;
    expect(await browser.outcome('POST', '/auth/totp', {})).toBe('403 sign-in-again');
    expect(await login(browser, address)).toBe('200');
    expect(await browser.outcome('POST', '/auth/totp', {})).toBe('201');
  });
});
