import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestHarness, type TestHarness, unstable_readConfig } from 'wrangler';
import { ADMIN_TOKEN, createClient } from '../support/client.ts';
import { NO_DNS } from '../support/no-dns.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../wrangler.toml', import.meta.url));

let server: TestHarness;

/** The Worker of wrangler.toml, and a neighbour of it that is bound to its entrypoint. */
beforeAll(async () => {
  server = createTestHarness({
    root: ROOT,
    workers: [
      { configPath: CONFIG, vars: { ...NO_DNS, ADMIN_TOKEN } },
      {
        config: {
          ...{
            name: 'neighbour',
            main: 'test/support/neighbour.worker.ts',
            compatibility_date: '2026-10-01',
          },
          services: [{ binding: 'DATA', service: 'waypost', entrypoint: 'DataService' }],
        },
      },
    ],
  });
  await server.listen();
  const { d1_databases } = unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
  for (const { binding } of d1_databases) await server.getWorker('waypost').applyD1Migrations(binding);
});
afterAll(() => server.close());

it('another Worker reads and writes a mailbox by its service binding', async () => {
  const waypost = async (path: string, init?: RequestInit) =>
    (await server.fetch(path, init as Parameters<typeof server.fetch>[1])) as unknown as Response;
  const { tenantId, userId } = await createClient(waypost, () => []).addUser(
    'ann@bound.example',
    'secret-ann-1',
  );
  const ann = { tenant: tenantId, user: userId };
  const call = async (name: string, input: unknown) => {
    const body = JSON.stringify(input);
    const response = await server.getWorker('neighbour').fetch(`/${name}`, { method: 'POST', body });
    return (await response.json()) as Record<string, unknown>;
  };
  const signedIn = await call('login', { address: 'ann@bound.example', password: 'secret-ann-1' });
  expect(signedIn).toMatchObject({ user: { id: userId }, tenant: { id: tenantId } });
  const document = { '@type': 'Card', name: { full: 'Cid' } };
  const made = await call('createContact', { ...ann, document });
  expect(await call('getContact', { ...ann, id: made['id'] })).toMatchObject({
    document,
    modseq: made['modseq'],
  });
  expect(await call('getContact', { ...ann, id: 'none' })).toEqual({
    ...{ code: 'NOT_FOUND', status: 404, correlationId: expect.stringMatching(/^\w{26}$/) },
  });
  // The binding is the right; over HTTP there is nothing without tokens.
  expect((await waypost('/internal/folders')).status).toBe(404);
});
