import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const USER = 'ann@clear.example';
const PASSWORD = 'secret-ann-1';

describe('plain http', () => {
  let server: InProcess;
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const inClear = (path: string, init?: RequestInit) =>
    server.fetch(`http://mail.clear.example${path}`, init);

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser(USER, PASSWORD);
  });
  afterAll(() => server.stop());

  it.each([
    ['POST', '/EWS/Exchange.asmx'],
    ['GET', '/ews/exchange.asmx'],
    ['OPTIONS', '/Microsoft-Server-ActiveSync'],
    ['POST', '/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=a&DeviceId=b&DeviceType=c'],
    ['GET', '/admin/v1/users'],
  ])('takes no password: %s %s', async (method, path) => {
    const init = { method, headers: { authorization }, ...(method === 'POST' ? { body: 'x' } : {}) };
    const response = await inClear(path, init);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([403, null]);
  });

  it('asks nobody to sign in, but says where to go', async () => {
    const looked = await inClear('/EWS/Exchange.asmx');
    expect([looked.status, looked.headers.get('location')]).toEqual([
      302,
      'https://mail.clear.example/EWS/Exchange.asmx',
    ]);
    const asked = await inClear('/EWS/Exchange.asmx', { method: 'POST', body: '<a/>' });
    expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([403, null]);
    const found = await inClear('/autodiscover/autodiscover.xml', {
      method: 'POST',
      body: '<a/>',
      headers: { authorization },
    });
    expect([found.status, found.headers.get('location')]).toEqual([
      302,
      'https://mail.clear.example/autodiscover/autodiscover.xml',
    ]);
  });

  it('is enough to ask whether the server runs, and on the machine itself', async () => {
    expect((await inClear('/healthz')).status).toBe(200);
    for (const base of ['http://127.0.0.1:8787', 'http://localhost:8787', 'https://mail.clear.example']) {
      const response = await server.fetch(`${base}/Microsoft-Server-ActiveSync`, {
        method: 'OPTIONS',
        headers: { authorization },
      });
      expect(response.status).toBe(200);
    }
  });
});
