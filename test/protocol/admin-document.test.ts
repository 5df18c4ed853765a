import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminDocument } from '../support/admin-contract.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Phone } from './phone.ts';

const ANN = 'ann@contract.example';

describe('what the admin API says of itself', () => {
  let server: InProcess;
  let document: AdminDocument;
  let tenantId: string;
  let deviceId: string;
  const ask = (path: string, init: RequestInit = {}, token = server.adminToken) =>
    server.fetch(`/admin/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });

  beforeAll(async () => {
    server = await startInProcess();
    ({ tenantId } = await server.addUser(ANN, 'secret-ann-1'));
    ({ deviceId } = await new Phone(server, ANN, 'secret-ann-1').start());
    document = (await (await ask('/openapi.json')).json()) as AdminDocument;
  });
  afterAll(() => server.stop());

  /** A path of the document about what is there. */
  function filled(path: string): string | null {
    const values: Record<string, string> = { tenantId, domain: 'contract.example', address: ANN, deviceId };
    const whole = path.slice('/admin/v1'.length).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
    return whole.includes('{') ? null : whole;
  }
  const operations = (method: string) =>
    Object.entries(document.paths).flatMap(([path, methods]) => {
      const operation = methods[method];
      const address = filled(path);
      return operation === undefined || address === null ? [] : [{ operation, address }];
    });

  it('is there for everybody with a role or a token, and for nobody else', async () => {
    const narrow = await server.admin<{ token: string }>('POST', '/tokens', {
      ...{ name: 'narrow', role: 'support', tenantId, topics: ['groups'] },
    });
    for (const path of ['/openapi.json', '/docs']) {
      expect((await ask(path, {}, narrow.token)).status).toBe(200);
      expect((await ask(path, {}, 'nobody')).status).toBe(401);
    }
    expect(JSON.stringify(document)).not.toContain(server.adminToken);
  });

  it('is there for people as a page that runs nothing and asks no other host', async () => {
    const response = await ask('/docs');
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    const page = await response.text();
    expect(page).not.toMatch(/<script|<link|<img|src=|@import/i);
    for (const methods of Object.values(document.paths))
      for (const { operationId } of Object.values(methods)) expect(page).toContain(`id="${operationId}"`);
  });

  it('is true of everything that can be asked for', async () => {
    // Each answer is compared as it comes (admin-contract.ts).
    const needs: Record<string, string> = {
      findRoute: `?address=${ANN}`,
      getMailboxState: `?address=${ANN}`,
    };
    const asked: string[] = [];
    for (const { operation, address } of operations('get')) {
      const response = await ask(`${address}${needs[operation.operationId] ?? ''}`);
      if (response.ok) asked.push(operation.operationId);
      else expect([operation.operationId, response.status]).toEqual([operation.operationId, 404]);
    }
    expect(asked.length).toBeGreaterThan(50);
  });

  it('is true of what is changed', async () => {
    const user = `/users/${ANN}`;
    const tenant = `/tenants/${tenantId}`;
    await server.addUser('bob@contract.example');
    const folder = {
      ...{ folderId: 'f1', parentId: null, displayName: 'Old mail' },
      role: 'user',
      itemClass: 'Email',
    };
    const rules = { conditions: {}, exceptions: {}, actions: { delete: true } };
    const changes: [method: string, path: string, body?: object][] = [
      ['PUT', `${tenant}/request-limit`, { perMinute: 5000 }],
      ['PUT', `${tenant}/sign-in`, { basic: 'any' }],
      ['PUT', `${tenant}/forwarding`, { mode: 'internal' }],
      ['PUT', `${tenant}/journaling`, { r2: {}, scope: 'external', users: [ANN] }],
      ['PUT', `${tenant}/audit`, { days: 400 }],
      ['PUT', `${tenant}/quota`, { user: { warn: 1_000_000 } }],
      ['PUT', `${tenant}/retention`, { junkDays: 30, userExceptions: true }],
      ['PUT', `${tenant}/sending`, { fanOut: { least: 50 } }],
      ['POST', `${tenant}/keys`],
      ['POST', `${tenant}/keys/reseal`, {}],
      ['POST', `${tenant}/keys/rewrap`],
      ['POST', '/keys/reseal'],
      ['POST', `${tenant}/usage`],
      ['POST', `${tenant}/holds`, { address: ANN, reason: 'a dispute' }],
      ['PUT', `${user}/resource`, { kind: 'room', maxMinutes: 60 }],
      ['PUT', `${user}/working-hours`, { days: ['mo'], start: 480, end: 960, timeZone: 'Europe/Berlin' }],
      ['PUT', `${user}/limits`, { warn: 'default', maxMessageBytes: 1_000_000 }],
      ['PUT', `${user}/retention`, { folders: {} }],
      ['PUT', `${user}/calendar-shares/bob@contract.example`, { level: 'read' }],
      ['DELETE', `${user}/calendar-shares/bob@contract.example`],
      ['PUT', `${user}/rules`, { revision: 0, rules: [{ name: 'all', enabled: true, ...rules }] }],
      ['POST', `${user}/rules/run`, { dryRun: true }],
      ['POST', `${user}/import/folders`, { folders: [folder] }],
      ['POST', `${user}/import/settings`, { rules: [], settings: {} }],
      ['POST', `${user}/recount`],
      ['POST', `${user}/retention/run`],
      ['POST', '/dead-letters/replay', {}],
      ['POST', '/audit/verify', { tenantId }],
      ['POST', '/check', { tenantId }],
      ['POST', '/snapshot', { tenantId }],
      ['POST', '/reindex', { address: ANN }],
      ['DELETE', `${tenant}/journaling`],
    ];
    for (const [method, path, body] of changes) {
      const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await ask(path, init);
      expect([method, path, response.status, response.ok ? '' : await response.text()]).toEqual([
        ...[method, path, expect.toSatisfy((status: number) => status < 300), ''],
      ]);
    }
  });

  it('names every member of a body that is taken: others are refused', async () => {
    const methods = ['post', 'put', 'patch'];
    const withBody = methods.flatMap((method) =>
      operations(method).flatMap(({ operation, address }) =>
        operation.requestBody?.content?.['application/json'] === undefined
          ? []
          : [{ method, operation, address }],
      ),
    );
    expect(withBody.length).toBeGreaterThan(40);
    for (const { method, operation, address } of withBody) {
      const response = await ask(address, {
        method: method.toUpperCase(),
        // By its kind the members of a way are known.
        body: JSON.stringify({
          ...(operation.operationId === 'setCarrier' ? { kind: 'none' } : {}),
          unheardOf: true,
        }),
      });
      const problem = (await response.json()) as { code: string; detail: string };
      expect([operation.operationId, problem.code]).toEqual([operation.operationId, 'invalid-input']);
      expect(problem.detail).toContain('unheardOf');
    }
  });
});
