import { describe, expect, it } from 'vitest';
import { type AdminDocument, Contract } from './admin-contract.ts';

const thing = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const contract = new Contract({
  components: {
    schemas: { Thing: thing },
    responses: {
      '404_not-found': { content: { 'application/problem+json': { schema: { type: 'object' } } } },
    },
  },
  paths: {
    '/admin/v1/things/{id}': {
      get: {
        operationId: 'getThing',
        parameters: [{ name: 'deep', in: 'query', schema: { type: 'string' } }],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
          404: { $ref: '#/components/responses/404_not-found' },
        },
      },
      put: {
        operationId: 'putThing',
        parameters: [],
        requestBody: { content: { 'application/json': { schema: thing } } },
        responses: { 204: {} },
      },
    },
    '/admin/v1/things/all': { get: { operationId: 'all', parameters: [], responses: { 204: {} } } },
  },
} as unknown as AdminDocument);

const ask = (path: string, response: Response, init: RequestInit = {}) =>
  contract.check(new URL(`http://localhost/admin/v1${path}`), init, response);

describe('what the admin API answers in tests', () => {
  it('is let through when it is as described', async () => {
    await ask('/things/1?deep=yes', Response.json({ id: '1' }));
    await ask('/things/all', new Response(null, { status: 204 }));
    await ask('/things/1', new Response(null, { status: 204 }), { method: 'PUT', body: '{"id":"1"}' });
    const type = { 'content-type': 'application/problem+json' };
    await ask('/things/1', new Response('{}', { status: 404, headers: type }));
    await ask('/nothing', new Response('', { status: 404 }));
  });

  it('is refused with a member, a status, a type or a route that nobody told of', async () => {
    for (const [path, response] of [
      ['/things/1', Response.json({ id: '1', more: true })],
      ['/things/1', Response.json({})],
      ['/things/1', Response.json({ id: 1 })],
      ['/things/1', Response.json({ id: '1' }, { status: 201 })],
      ['/things/1', new Response('text')],
      ['/things/1', new Response(null)],
      ['/things/all', Response.json({ id: '1' }, { status: 200 })],
      ['/nothing', Response.json({})],
    ] as const)
      await expect(ask(path, response), path).rejects.toThrow();
  });

  it('is refused when it took a query or a body that nobody told of', async () => {
    await expect(ask('/things/1?wide=yes', Response.json({ id: '1' }))).rejects.toThrow('wide');
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' } };
    const done = () => new Response(null, { status: 204 });
    for (const body of ['{"id":1}', '{"id":"1","more":1}', '[]'])
      await expect(ask('/things/1', done(), { ...put, body })).rejects.toThrow();
  });
});
