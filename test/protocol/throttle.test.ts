import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppPasswordView } from '../../shared/admin-api.ts';
import { readAnswer } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const EWS = '/EWS/Exchange.asmx';
const EAS = '/Microsoft-Server-ActiveSync';
const POX = '/autodiscover/autodiscover.xml';
const MINUTES_5 = 300_000;

/** A33: one counter for all edges, by account and by network, which never stops a device that was let in before. */
describe('failed sign-ins', () => {
  let server: InProcess;
  let ahead = 0;
  let made = 0;
  const { now } = Date;

  beforeAll(async () => {
    Date.now = () => now() + ahead;
    server = await startInProcess();
  });
  afterAll(async () => {
    await server.stop();
    Date.now = now;
  });

  const ask = (path: string, login: string, password: string, ip: string, method = 'POST') =>
    server.fetch(path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
        'cf-connecting-ip': ip,
      },
    });
  const status = async (path: string, login: string, password: string, ip: string) =>
    (await ask(path, login, password, ip, path === EWS ? 'GET' : 'OPTIONS')).status;
  /** An address in a network of its own. */
  const elsewhere = () => `10.${Math.floor(++made / 250)}.${made % 250}.9`;
  /** The same login in a header that no isolate remembers. */
  const anew = (address: string) => `CORP\\${address}`;
  async function user() {
    const address = `carl${++made}@lock.example`;
    const { userId } = await server.addUser(address, 'password-1');
    return { address, userId };
  }
  /** Ten wrong passwords, each from another network. */
  async function lock(address: string) {
    const got = [];
    for (let i = 0; i < 10; i++) got.push(await status(EWS, address, `wrong-${i}`, elsewhere()));
    expect(new Set(got)).toEqual(new Set([401]));
  }

  it('stop the account on every edge, from everywhere, for some minutes, each in its own terms', async () => {
    const { address } = await user();
    const alias = `c.${address}`;
    await server.admin('POST', '/aliases', { alias, address });
    const edges = [EWS, EAS, POX] as const;
    for (let i = 0; i < 10; i++) {
      const response = await ask(
        edges[i % 3] ?? EWS,
        i % 2 === 0 ? address : alias,
        `wrong-${i}`,
        elsewhere(),
      );
      expect(response.status).toBe(401);
    }
    for (const path of edges) {
      const response = await ask(path, address, 'password-1', elsewhere());
      expect(response.status).toBe(503);
      const seconds = Number(response.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(250);
      expect(seconds).toBeLessThanOrEqual(300);
      const text = await response.text();
      if (path !== EWS) continue;
      expect((await readAnswer(503, text)).codes).toEqual(['ErrorServerBusy']);
      expect(text).toContain(`Name="BackOffMilliseconds">${seconds * 1000}<`);
    }
    ahead += MINUTES_5;
    expect(await status(EWS, address, 'password-1', elsewhere())).toBe(200);
  });

  it('stop neither the device nor the program that was let in before', async () => {
    const { address } = await user();
    const { appPassword } = await server.admin<AppPasswordView>(
      'POST',
      `/users/${address}/app-passwords`,
      {},
    );
    for (const password of ['password-1', appPassword]) {
      expect(await status(EAS, address, password, elsewhere())).toBe(200);
    }
    await server.drain();
    await lock(address);
    for (const password of ['password-1', appPassword]) {
      expect(await status(EAS, anew(address), password, elsewhere())).toBe(200);
    }
    expect(await status(EAS, address, 'wrong-99', elsewhere())).toBe(503);
    // What it was let in with opens nothing when it is another now.
    await server.admin('PUT', `/users/${address}/password`, { password: 'password-2' });
    expect(await status(EAS, address, 'password-1', elsewhere())).toBe(401);
    expect(await status(EAS, address, 'password-2', elsewhere())).toBe(503);
    expect(await status(EAS, address, appPassword, elsewhere())).toBe(200);
  });

  it('outlive the object that counts them', async () => {
    const { address, userId } = await user();
    expect(await status(EAS, address, 'password-1', elsewhere())).toBe(200);
    await server.drain();
    await lock(address);
    await server.evict('THROTTLE', `account:${userId}`);
    expect(await status(EAS, address, 'wrong-99', elsewhere())).toBe(503);
    expect(await status(EAS, anew(address), 'password-1', elsewhere())).toBe(200);
  });

  it('of a device with an old password count once, so that it locks nobody out', async () => {
    const { address } = await user();
    for (let i = 0; i < 15; i++) expect(await status(EAS, address, 'old-password', elsewhere())).toBe(401);
    expect(await status(EAS, address, 'password-1', elsewhere())).toBe(200);
  });

  it('are counted before they are looked at, so that many at once are no more than few', async () => {
    const { address } = await user();
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => status(EWS, address, `wrong-${i}`, elsewhere())),
    );
    expect(all.filter((one) => one === 401)).toHaveLength(10);
    expect(all.filter((one) => one === 503)).toHaveLength(30);
  });

  it('of the admin API count for the same network, and stop no token that is good', async () => {
    const ip = elsewhere();
    const admin = (token: string) =>
      server.fetch('/admin/v1/domains', {
        headers: { authorization: `Bearer ${token}`, 'cf-connecting-ip': ip },
      });
    const tries = Array.from({ length: 100 }, async (_, i) => (await admin(`wrong-${i}`)).status);
    expect(new Set(await Promise.all(tries))).toEqual(new Set([401]));
    const stopped = await admin('wrong-100');
    expect(stopped.status).toBe(429);
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(250);
    expect(await stopped.json()).toMatchObject({ code: 'too-many-requests', status: 429 });
    expect((await admin(server.adminToken)).status).toBe(200);
    const { address } = await user();
    expect(await status(EWS, address, 'password-1', ip)).toBe(503);
  });

  it('of a login that nobody has are answered alike', async () => {
    await lock('nobody@lock.example');
    expect(await status(EWS, 'nobody@lock.example', 'wrong-99', elsewhere())).toBe(503);
  });

  it('stop a network after a hundred, whatever they tried, but not who was let in before', async () => {
    const { address } = await user();
    const net = (i: number) => `198.51.100.${i}`;
    expect(await status(EAS, address, 'password-1', net(250))).toBe(200);
    await server.drain();
    const tries = [];
    for (let i = 0; i < 100; i++) tries.push(status(EWS, `x${i}@lock.example`, 'y', net(i)));
    expect(new Set(await Promise.all(tries))).toEqual(new Set([401]));
    expect(await status(EWS, 'x100@lock.example', 'y', net(101))).toBe(503);
    const { address: other } = await user();
    expect(await status(EWS, other, 'password-1', net(102))).toBe(503);
    const forged = await server.fetch(EWS, {
      headers: { authorization: 'Bearer a.b.c', 'cf-connecting-ip': net(103) },
    });
    expect(forged.status).toBe(503);
    expect(await status(EAS, anew(address), 'password-1', net(251))).toBe(200);
    expect(await status(EWS, other, 'password-1', elsewhere())).toBe(200);
  });
});
