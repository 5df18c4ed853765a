/**
 * `waypost setup` with the real wrangler against Cloudflare's API as it is documented: what the scripted runs of
 * cli/cloudflare/setup.test.ts rest on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configPath } from '../../cli/cloudflare/config-file.ts';
import { wantedBy } from '../../cli/cloudflare/product.ts';
import { type SetupWorld, setUp } from '../../cli/cloudflare/setup.ts';
import { createWrangler } from '../../cli/cloudflare/wrangler.ts';
import { PROJECT_ROOT } from '../../cli/local/home.ts';
import { CloudflareApi } from '../support/cloudflare-api.ts';

let home = '';
let api: CloudflareApi;
const lines: string[] = [];
const secrets: Record<string, string> = {};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'waypost-setup-'));
  api = new CloudflareApi();
  await api.start();
});
afterAll(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

const world: SetupWorld = {
  wrangler: (account) =>
    createWrangler({
      directory: PROJECT_ROOT,
      env: {
        ...api.env,
        ...{ HOME: home, XDG_CONFIG_HOME: home },
        ...(account === null ? {} : { CLOUDFLARE_ACCOUNT_ID: account }),
      },
    }),
  say: (line) => void lines.push(line),
  confirm: async () => true,
  terminal: false,
  onSecret: async (name, value) => {
    secrets[name] = value;
  },
  postgres: { status: async () => ({ missing: [], applied: 0 }), migrate: async () => [] },
  ready: async () => ({ ready: true, why: '' }),
  pause: async () => undefined,
};

it('sets an account up, and finds nothing to do the second time', async () => {
  const file = configPath(join(home, 'wrangler.production.toml'));
  const options = {
    ...{ name: null, host: 'mail.acme.test', filesHost: null, account: null, location: 'weur', shards: 1 },
    ...{ postgres: null, file, newSecretsKey: false, dryRun: false },
  };
  // Each queue takes a process: that most are there already saves half a minute, and is a case of its own.
  const { queues } = await wantedBy({ name: 'waypost', shards: 1, store: 'd1' }, file.path);
  for (const name of queues.slice(2)) api.queues.set(name, { id: name.padEnd(32, '0'), consumers: [] });

  const made = await setUp(options, world);
  expect(made).toMatchObject({ deployed: true, ready: true });
  expect([...api.databases.keys()].sort()).toEqual(
    ['audit', 'directory', 'mail-1', 'search'].map((one) => `waypost-${one}`),
  );
  expect(api.databases.get('waypost-mail-1')?.location).toBe('weur');
  expect([...api.buckets]).toEqual(['waypost-blobs']);
  expect([...api.queues.keys()].sort()).toEqual([...queues].sort());
  for (const [name, { consumers }] of api.queues) expect(consumers, name).toHaveLength(1);
  expect(api.scripts.get('waypost')?.secrets).toEqual(new Map(Object.entries(secrets)));
  expect([...api.hosts]).toEqual([['mail.acme.test', 'waypost']]);
  // The databases are real ones: every migration went through wrangler into SQLite.
  const mail = api.databases
    .get('waypost-mail-1')
    ?.db.prepare('SELECT count(*) AS n FROM d1_migrations')
    .get();
  expect(Number(mail?.['n'])).toBeGreaterThan(10);

  api.asked.splice(0);
  const again = await setUp({ ...options, host: null }, world);
  expect(again.changes).toEqual([]);
  // Only where what would be uploaded is asked for (`versions list`) and no more.
  expect(api.changes).toEqual([]);
  expect(lines.join('\n')).not.toContain(secrets['ADMIN_TOKEN']);
}, 300_000);

it('gives the password of PostgreSQL to wrangler where no list of processes shows it', async () => {
  const password = 'never-in-a-list-of-processes';
  let seen = '';
  api.refuse = () => {
    // While wrangler waits for this answer, its arguments are there for everybody to see.
    seen += execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 10_000_000 });
    return null;
  };
  const wrangler = world.wrangler('0123456789abcdef0123456789abcdef');
  const ran = await wrangler(['hyperdrive', 'create', 'waypost', '--caching-disabled'], {
    hidden: {
      arguments: [`--connection-string=postgresql://waypost:${password}@db.acme.test:5432/waypost`],
      shown: '--connection-string=…',
    },
  });
  expect(ran.code, ran.err).toBe(0);
  expect(api.hyperdrives.get('waypost')).toMatchObject({
    origin: { host: 'db.acme.test', user: 'waypost', password },
    caching: { disabled: true },
  });
  expect(seen).toContain('hidden-arguments.mjs hyperdrive create');
  expect(seen).not.toContain(password);
});
