import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppPasswordInfo, AppPasswordView, SignInPolicyView } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Phone } from './phone.ts';

const EAS = '/Microsoft-Server-ActiveSync';
const POX = '/autodiscover/autodiscover.xml';
const EWS = '/EWS/Exchange.asmx';

describe('app passwords', () => {
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

  const basic = (address: string, password: string) =>
    `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`;
  const status = async (path: string, authorization: string, method = 'GET') =>
    (await server.fetch(path, { method, headers: { authorization } })).status;
  const device = async (address: string, password: string, deviceId: string) => {
    const phone = new Phone(server, address, password);
    phone.deviceId = deviceId;
    return (await phone.post('FolderSync', null)).status;
  };
  async function user() {
    const address = `ann${++users}@app.example`;
    await server.addUser(address, 'password-1');
    const path = `/users/${address}/app-passwords`;
    return {
      address,
      path,
      add: (body: object = {}) => server.admin<AppPasswordView>('POST', path, body),
      list: async () => (await server.admin<{ items: AppPasswordInfo[] }>('GET', path)).items,
    };
  }

  it('open only the protocols that they are for', async () => {
    const { address, add } = await user();
    const { appPassword } = await add({ protocols: ['ews', 'autodiscover'] });
    const authorization = basic(address, appPassword);
    expect(await status(EWS, authorization)).toBe(200);
    expect(await status('/autodiscover/autodiscover.svc', authorization)).toBe(200);
    expect(await status(EAS, authorization, 'OPTIONS')).toBe(401);
    expect(await device(address, appPassword, 'D1')).toBe(401);
    const phone = await add({ protocols: ['activesync'] });
    expect(await status(EWS, basic(address, phone.appPassword))).toBe(401);
    expect(await status(EAS, basic(address, phone.appPassword), 'OPTIONS')).toBe(200);
    // Also when it was remembered where it is good.
    expect(await status(EWS, basic(address, phone.appPassword))).toBe(401);
    expect(await status(POX, basic(address, phone.appPassword), 'POST')).toBe(401);
  });

  it('belong to the first device that uses them, when they are made so', async () => {
    const { address, add, list } = await user();
    const { appPassword } = await add({ protocols: ['activesync', 'autodiscover'], bindsDevice: true });
    // Before the device has said which one it is.
    expect(await status(EAS, basic(address, appPassword), 'OPTIONS')).toBe(200);
    expect((await list())[0]).toMatchObject({ bindsDevice: true, deviceId: null });
    expect(await device(address, appPassword, 'MINE')).toBe(200);
    expect(await device(address, appPassword, 'THEIRS')).toBe(401);
    expect(await device(address, appPassword, 'MINE')).toBe(200);
    expect(await status(EWS, basic(address, appPassword))).toBe(401);
    expect((await list())[0]).toMatchObject({ deviceId: 'MINE' });
    for (const body of [{ bindsDevice: true }, { bindsDevice: true, protocols: ['activesync', 'ews'] }]) {
      await expect(add(body)).rejects.toThrow(/400/);
    }
  });

  it('are listed with their last use and without what they are', async () => {
    const { address, add, list } = await user();
    const made = await add({ label: 'Ann’s phone', days: 30 });
    expect(await list()).toMatchObject([
      { credentialId: made.credentialId, label: 'Ann’s phone', protocols: null, lastUsedAt: null },
    ]);
    await status(EWS, basic(address, made.appPassword));
    await server.drain();
    const [used] = await list();
    expect(used?.lastUsedAt).toBeGreaterThan(made.createdAt - 1);
    ahead += 600_000;
    await status(EWS, basic(address, made.appPassword));
    await server.drain();
    expect((await list())[0]?.lastUsedAt).toBe(used?.lastUsedAt);
    ahead += 3_600_000;
    await status(EWS, basic(address, made.appPassword));
    await server.drain();
    expect((await list())[0]?.lastUsedAt).toBeGreaterThan(used?.lastUsedAt ?? 0);
    expect(JSON.stringify(await list())).not.toMatch(/hash|appPassword/i);
  });

  it('end by themselves when they were made for some days', async () => {
    const { address, add } = await user();
    const { appPassword } = await add({ days: 1 });
    expect(await status(EWS, basic(address, appPassword))).toBe(200);
    ahead += 86_400_000;
    expect(await status(EWS, basic(address, appPassword))).toBe(401);
  });

  it('open nothing any more when they are revoked', async () => {
    const { address, add, list } = await user();
    const [one, other, third] = [await add(), await add(), await add()];
    const others = await user();
    await expect(server.admin('DELETE', `${others.path}/${one.credentialId}`)).rejects.toThrow(/404/);
    expect(await status(EWS, basic(address, one.appPassword))).toBe(200);
    await server.admin('DELETE', `/users/${address}/app-passwords/${one.credentialId}`);
    expect(await status(EWS, basic(address, one.appPassword))).toBe(401);
    expect(await status(EWS, basic(address, other.appPassword))).toBe(200);
    await server.admin('PUT', `/users/${address}/password`, { password: 'password-2' });
    expect(await status(EWS, basic(address, third.appPassword))).toBe(200);
    await server.admin('PUT', `/users/${address}/password`, {
      password: 'password-3',
      revokeAppPasswords: true,
    });
    for (const { appPassword } of [other, third]) {
      expect(await status(EWS, basic(address, appPassword))).toBe(401);
    }
    expect(await status(EWS, basic(address, 'password-3'))).toBe(200);
    expect(await list()).toEqual([]);
    const last = await add();
    await server.admin('DELETE', `/users/${address}/app-passwords`);
    expect(await status(EWS, basic(address, last.appPassword))).toBe(401);
  });

  it('are all that a mail program can sign in with, where the tenant or the user says so', async () => {
    const { address, add } = await user();
    const { appPassword } = await add();
    const both = async () => [
      await status(EWS, basic(address, 'password-1')),
      await status(EWS, basic(address, appPassword)),
    ];
    expect(await both()).toEqual([200, 200]);
    const { tenantId } = await server.admin<{ tenantId: string }>('GET', '/domains/app.example');
    const policy = (path: string, value: string | null) =>
      server.admin<SignInPolicyView>('PUT', path, { basic: value });
    expect(await policy(`/users/${address}/sign-in`, 'app-passwords')).toEqual({
      ...{ basic: 'app-passwords', inForce: 'app-passwords' },
    });
    expect(await both()).toEqual([401, 200]);
    expect(await policy(`/users/${address}/sign-in`, null)).toEqual({ basic: null, inForce: 'any' });
    expect(await both()).toEqual([200, 200]);
    await policy(`/tenants/${tenantId}/sign-in`, 'app-passwords');
    // What was remembered is compared within half a minute.
    ahead += 30_000;
    expect(await both()).toEqual([401, 200]);
    expect(await server.admin('GET', `/users/${address}/sign-in`)).toEqual({
      ...{ basic: null, inForce: 'app-passwords' },
    });
    expect(await policy(`/users/${address}/sign-in`, 'any')).toEqual({ basic: 'any', inForce: 'any' });
    expect(await both()).toEqual([200, 200]);
    await policy(`/tenants/${tenantId}/sign-in`, null);
  });
});
