import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXml } from '../../codecs/soap/parse.ts';
import { at, child, children } from '../../codecs/soap/read.ts';
import { ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('the description of EWS', () => {
  let server: InProcess;
  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@wsdl.example', 'a-password-1');
  }, 60_000);
  afterAll(() => server?.stop());
  const get = (path: string, method = 'GET') =>
    server.fetch(path, {
      method,
      headers: { authorization: `Basic ${btoa('ann@wsdl.example:a-password-1')}` },
    });

  it.each([
    '/EWS/Services.wsdl',
    '/ews/services.wsdl',
  ])('names every operation and the address at %s', async (path) => {
    const response = await get(path);
    expect(response.headers.get('content-type')).toMatch(/^text\/xml/);
    const root = parseXml(await response.text());
    const names = (element: string) =>
      children(child(root, element), 'operation').map((one) => one.attributes['name']);
    expect(names('portType')).toEqual(expect.arrayContaining(['FindItem', 'GetItem', 'Subscribe']));
    expect(names('binding')).toEqual(names('portType'));
    const messages = new Set(children(root, 'message').map((one) => `m:${one.attributes['name']}`));
    for (const one of children(child(root, 'portType'), 'operation')) {
      for (const side of one.children) expect(messages).toContain(side.attributes['message']);
    }
    expect(at(root, 'service', 'port', 'address')?.attributes['location']).toBe(
      'https://waypost.test/EWS/Exchange.asmx',
    );
  });

  it('names nothing that is not there', async () => {
    const root = parseXml(await (await get('/EWS/Services.wsdl')).text());
    const client = ewsClient(server, 'ann@wsdl.example', 'a-password-1');
    const requests = children(root, 'message').flatMap((one) =>
      one.attributes['name']?.endsWith('In') ? [child(one, 'part')?.attributes['element'] ?? ''] : [],
    );
    expect(requests.length).toBeGreaterThan(20);
    for (const element of requests) {
      const { codes } = await client.call(`<${element}/>`);
      expect(codes, element).not.toContain('ErrorInvalidOperation');
    }
  });

  it('is for who may sign in, and is no endpoint', async () => {
    expect((await server.fetch('/EWS/Services.wsdl')).status).toBe(401);
    expect((await get('/EWS/Services.wsdl', 'POST')).status).toBe(405);
  });
});
