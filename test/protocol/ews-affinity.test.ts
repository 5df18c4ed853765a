import { afterAll, beforeAll, expect, it } from 'vitest';
import { NAMESPACES } from '../../codecs/soap/write.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

let server: InProcess;
const USER = 'ann@affinity.example';
const PASSWORD = 'secret-ann-1';
beforeAll(async () => {
  server = await startInProcess();
  await server.addUser(USER, PASSWORD);
});
afterAll(() => server.stop());

async function cookie(headers: Record<string, string>, password = PASSWORD): Promise<string | null> {
  const response = await server.fetch('/EWS/Exchange.asmx', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${USER}:${password}`)}`, ...headers },
    body: `<Envelope xmlns="${NAMESPACES.s}"><Body><GetServerTimeZones xmlns="${NAMESPACES.m}"/></Body></Envelope>`,
  });
  return response.headers.get('set-cookie');
}

it('a program that keeps subscriptions is given a name to come back by, when it asks for one', async () => {
  const given = await cookie({ 'x-preferserveraffinity': 'true' });
  expect(given).toMatch(/^X-BackEndOverrideCookie=\w+; Path=\/; Secure; HttpOnly/);
  expect(await cookie({ 'x-preferserveraffinity': 'true', cookie: given ?? '' })).toBe(given);
  expect(await cookie({})).toBeNull();
  expect(await cookie({ 'x-preferserveraffinity': 'true' }, 'wrong')).toBeNull();
});
