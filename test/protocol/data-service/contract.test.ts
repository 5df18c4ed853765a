import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { OperationName } from '../../../data-client/index.ts';
import { OPERATIONS } from '../../../shared/data/operations.ts';
import { dataClient, INTERNAL_TOKENS, scopeOf, TOKEN, textOf } from '../../support/data-client.ts';
import { walk } from '../../support/data-walk.ts';
import { type InProcess, startInProcess } from '../../support/in-process/index.ts';
import { Phone } from '../phone.ts';

interface Answer {
  content?: Record<string, { schema?: Record<string, unknown> }>;
}
interface Operation {
  operationId: string;
  parameters: { name: string; in: string }[];
  responses: Record<string, Answer>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { Problem: Record<string, unknown> } };
}

describe.each(['d1', 'postgres'] as const)('the contract of the data service, on %s', (store) => {
  let server: InProcess;
  let document: Document;
  const { answers, client } = dataClient({ fetch: (path, init) => server.fetch(path, init) });
  let called: Set<OperationName>;
  let tenant: string;

  beforeAll(async () => {
    server = await startInProcess({ store, vars: { INTERNAL_TOKENS } });
    const address = `ann@walk-${store}.example`;
    const ann = scopeOf(await server.addUser(address, 'secret-ann-1'));
    tenant = ann.tenant;
    await server.admin('PUT', `/tenants/${ann.tenant}/carrier`, { kind: 'external' });
    const phone = await new Phone(server, address, 'secret-ann-1').start();
    const response = await server.fetch('/internal/openapi.json', { headers: { 'x-internal-auth': TOKEN } });
    document = (await response.json()) as Document;
    ({ called } = await walk({
      ...{ client, ann, address, password: 'secret-ann-1', device: phone.deviceId, text: textOf },
      settle: () => server.drain(),
    }));
  });
  afterAll(() => server.stop());

  it('names every operation, by its path and method', () => {
    expect(document.openapi).toBe('3.1.0');
    const named = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    );
    const known = Object.entries(OPERATIONS).map(
      ([name, { method, path }]) => `${name} ${method.toLowerCase()} /internal${path}`,
    );
    expect(named.sort()).toEqual(known.sort());
    expect([...called].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('names each parameter of a path, and none twice', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { parameters } of Object.values(methods)) {
        const names = parameters.map((one) => `${one.in} ${one.name}`);
        expect(new Set(names).size).toBe(names.length);
        const inPath = parameters.filter((one) => one.in === 'path').map((one) => `{${one.name}}`);
        expect(inPath.sort()).toEqual((path.match(/\{\w+\}/g) ?? []).sort());
      }
    }
  });

  it('holds for every answer', async () => {
    const seen = new Set<string>();
    for (const { url, method, response } of answers) {
      const { pathname } = new URL(url);
      const operation = operationAt(document, method, pathname);
      const said = operation.responses[String(response.status)];
      expect(said, `${operation.operationId} ${response.status}`).toBeDefined();
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-correlation-id')).toMatch(/^[\w.-]{8,64}$/);
      const schema = said?.content?.['application/json']?.schema;
      if (schema !== undefined) z.fromJSONSchema(schema).parse(await response.json());
      seen.add(operation.operationId);
    }
    expect([...seen].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('holds for errors', async () => {
    const response = await server.fetch('/internal/folders?tenant=a&user=b', {
      headers: { 'x-internal-auth': TOKEN },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
    const problem = z.fromJSONSchema(document.components.schemas.Problem).parse(await response.json());
    expect(problem).toMatchObject({
      code: 'NOT_FOUND',
      correlationId: response.headers.get('x-correlation-id'),
    });
  });

  it('is written down: who did what to whom, without content', async () => {
    await server.drain();
    const { items } = await server.admin<{
      items: { action: string; actor: string; resource: string; tenantId: string | null }[];
    }>('GET', '/audit?limit=500');
    const own = items.filter((one) => one.action.startsWith('data.'));
    expect(new Set(own.map((one) => one.action))).toEqual(
      new Set(Object.keys(OPERATIONS).map((name) => `data.${name}`)),
    );
    expect(new Set(own.map((one) => one.actor))).toEqual(new Set(['data:portal']));
    expect(new Set(own.map((one) => one.tenantId))).toEqual(new Set([tenant]));
    expect(JSON.stringify(own)).not.toMatch(/secret-ann-1|Words/);
  });
});

function operationAt(document: Document, method: string, pathname: string): Operation {
  for (const [path, methods] of Object.entries(document.paths)) {
    const form = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
    const operation = methods[method.toLowerCase()];
    if (operation !== undefined && form.test(pathname)) return operation;
  }
  throw new Error(`${method} ${pathname} is not in the document`);
}
