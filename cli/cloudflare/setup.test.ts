import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedWrangler } from '../../test/support/scripted-wrangler.ts';
import { PROJECT_ROOT } from '../local/home.ts';
import { configPath, readDeployment } from './config-file.ts';
import { migrationFiles } from './facts.ts';
import { type SetupOptions, type SetupWorld, setUp } from './setup.ts';

const POSTGRES = new URL('postgresql://waypost:very-secret@db.acme.test/waypost');

let home = '';
let account: ScriptedWrangler;
let file: string;
let lines: string[] = [];
let secrets: Record<string, string> = {};
let runs = 0;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'waypost-setup-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  account = anAccount();
  file = join(home, `deployment-${++runs}.toml`);
  lines = [];
  secrets = {};
});

function anAccount(): ScriptedWrangler {
  return new ScriptedWrangler((database) => {
    const kind = database.replace(/^[a-z]+-/, '').replace(/-\d+$/, '');
    return migrationFiles(join(PROJECT_ROOT, 'migrations', kind));
  });
}

function run(options: Partial<SetupOptions> = {}, world: Partial<SetupWorld> = {}) {
  return setUp(
    {
      ...{ name: null, host: 'mail.acme.test', filesHost: null, account: null, location: null, shards: null },
      ...{ postgres: null, file: configPath(file), dryRun: false, newSecretsKey: false, ...options },
    },
    {
      wrangler: () => account.run,
      say: (line) => void lines.push(line),
      confirm: async () => true,
      terminal: false,
      onSecret: async (name, value) => {
        secrets[name] = value;
      },
      postgres: {
        status: async () => ({ missing: ['0001.sql'], applied: 0 }),
        migrate: async () => ['0001.sql'],
      },
      ready: async () => ({ ready: true, why: '' }),
      pause: async () => undefined,
      ...world,
    },
  );
}

describe('setting up from nothing', () => {
  it('makes everything that the configuration of production names, and deploys', async () => {
    const report = await run({ location: 'weur' });
    expect(report).toMatchObject({ url: 'https://mail.acme.test', deployed: true, ready: true });
    expect([...account.databases.keys()].sort()).toEqual([
      ...['waypost-audit', 'waypost-directory', 'waypost-mail-1', 'waypost-mail-2', 'waypost-search'],
    ]);
    expect(account.changes).toContain('d1 create waypost-mail-1 --location weur');
    expect([...account.buckets]).toEqual(['waypost-blobs']);
    expect([...account.queues.keys()]).toEqual(
      expect.arrayContaining(['mail-ingest', 'dlq-mail-ingest', 'audit']),
    );
    expect([...(account.secrets?.keys() ?? [])].sort()).toEqual([
      'ADMIN_TOKEN',
      'INTERNAL_TOKENS',
      'SECRETS_KEY',
    ]);
    expect([...account.applied.keys()].sort()).toEqual([...account.databases.keys()].sort());
    expect(account.versions).toHaveLength(1);
  });

  it('shows each command as it runs, and no secret in any of them', async () => {
    await run();
    for (const command of account.changes) expect(lines.join('\n')).toContain(command);
    const all = [...lines, ...account.ran].join('\n');
    for (const value of Object.values(secrets)) expect(all).not.toContain(value);
    expect(account.secrets).toEqual(new Map(Object.entries(secrets)));
  });

  it('writes a configuration with the ids, which wrangler reads', async () => {
    await run();
    const { config } = (await readDeployment(file)) ?? { config: null };
    expect(config).toMatchObject({
      ...{ name: 'waypost', account_id: account.accounts[0]?.id },
      vars: { PUBLIC_URL: 'https://mail.acme.test', AUTHSERV_ID: 'mail.acme.test', QUEUE_PREFIX: '' },
      r2_buckets: [{ binding: 'BLOBS', bucket_name: 'waypost-blobs' }],
    });
    expect(config?.d1_databases.map((one) => [one.database_name, one.database_id])).toEqual([
      ...account.databases,
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain('<id>');
  });
});

describe('setting up again', () => {
  it('changes nothing', async () => {
    await run();
    const [before, text] = [account.changes.length, readFileSync(file, 'utf8')];
    const report = await run({ host: null });
    expect(report).toMatchObject({ changes: [], deployed: false, ready: true });
    expect(account.changes).toHaveLength(before);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(lines.at(-2)).toContain('nothing to do');
  });

  it('deploys a new script, and applies new migrations before it', async () => {
    await run();
    account.applied.set('waypost-directory', account.files('waypost-directory').slice(0, -1));
    account.script = 'export default { fetch() {} }';
    const before = account.changes.length;
    await run();
    expect(account.changes.slice(before).map((one) => one.split(' ').slice(0, 4).join(' '))).toEqual([
      'd1 migrations apply waypost-directory',
      expect.stringContaining('deploy --config'),
    ]);
  });

  it('keeps what its owner wrote, and adds databases that are asked for', async () => {
    await run();
    const mine = readFileSync(file, 'utf8').replace(
      'LOG_LEVEL = "info"',
      '# quiet, please\nLOG_LEVEL = "warn"',
    );
    writeFileSync(file, mine);
    await run({ shards: 3 });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# quiet, please\nLOG_LEVEL = "warn"');
    expect(text).toContain(account.databases.get('waypost-mail-3'));
    expect(account.applied.has('waypost-mail-3')).toBe(true);
    expect(account.versions).toHaveLength(2);
  });

  it('puts back what this version needs between the marked lines', async () => {
    await run();
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, whole.replace(/\[\[queues\.consumers\]\]\nqueue = "mail-ingest"[^[]*/, ''));
    await run();
    expect(readFileSync(file, 'utf8')).toBe(whole);
  });

  it('never makes a new key for databases that are in use, unless that is said', async () => {
    await run();
    account.secrets?.delete('SECRETS_KEY');
    await expect(run()).rejects.toThrow('opens with the old one only');
    expect(account.secrets?.has('SECRETS_KEY')).toBe(false);
    await run({ newSecretsKey: true });
    expect(account.secrets?.get('SECRETS_KEY')).toBe(secrets['SECRETS_KEY']);
  });
});

describe('a failure', () => {
  it('at any step leaves what another run finishes, with the same secrets', async () => {
    await run();
    const [all, whole] = [[...account.changes], shapeOf()];
    for (const broken of all) {
      account = anAccount();
      file = join(home, `deployment-${++runs}.toml`);
      secrets = {};
      account.refuse = (command) =>
        kindOf(command) === kindOf(broken) ? 'Service unavailable [code: 10001]' : null;
      await expect(run(), broken).rejects.toThrow('run the same command again');
      const made = new Map(account.secrets);
      account.refuse = () => null;
      await run();
      expect(shapeOf(), broken).toEqual(whole);
      for (const [name, value] of made) expect(account.secrets?.get(name)).toBe(value);
      expect(account.versions).toHaveLength(1);
    }
  });

  /** A command without what differs between runs. */
  function kindOf(command: string): string {
    return command.replace(/ --config \S+/, '').replace(/ --tag \S+/, '');
  }
  function shapeOf() {
    return {
      ...{ databases: [...account.databases.keys()].sort(), buckets: [...account.buckets] },
      ...{ queues: [...account.queues.keys()].sort(), secrets: [...(account.secrets?.keys() ?? [])].sort() },
      applied: [...account.applied].sort(),
    };
  }

  it.each([
    ['Queues are unavailable on the free plan. [code: 100129]', 'no Workers Paid plan'],
    ['Please enable R2 through the Cloudflare Dashboard. [code: 10042]', 'R2 is not enabled'],
    ['Authentication error [code: 10000]', 'the token may not do this'],
    ["Queue name 'audit' already exists [code: 11009]", 'the name is taken'],
  ])('of the kind %j says what to do', async (said, message) => {
    account.refuse = (command) => (command.startsWith('queues create audit') ? said : null);
    await expect(run()).rejects.toThrow(message);
  });

  it('is told before anything is done: nobody signed in, another account, a queue of another Worker', async () => {
    const { accounts } = account;
    account.accounts = [];
    await expect(run()).rejects.toThrow('wrangler login');
    account.accounts = [...accounts, { id: 'b'.repeat(32), name: 'Another' }];
    await expect(run()).rejects.toThrow('several accounts');
    await expect(run({ account: 'c'.repeat(32) })).rejects.toThrow('no access to the account');
    account.accounts = accounts;
    account.queues.set('audit', 1);
    await expect(run()).rejects.toThrow('read by another Worker');
    expect(account.changes).toEqual([]);
    account.queues.clear();
    await run();
    account.accounts = [{ id: 'b'.repeat(32), name: 'Another' }];
    await expect(run()).rejects.toThrow('no access to the account');
    await expect(run({ account: 'b'.repeat(32) })).rejects.toThrow('is for the account');
    account.accounts = accounts;
    account.databases.set('waypost-audit', 'another id');
    await expect(run()).rejects.toThrow('but');
  });

  it('of the name or certificate to come is waited for, and told when it stays', async () => {
    let asked = 0;
    const soon = await run({}, { ready: async () => ({ ready: ++asked > 3, why: 'no certificate' }) });
    expect(soon).toMatchObject({ deployed: true, ready: true });
    const never = await run({}, { ready: async () => ({ ready: false, why: 'no certificate' }) });
    expect(never.ready).toBe(false);
    expect(lines.at(-1)).toContain('https://mail.acme.test is not ready: no certificate');
  });
});

describe('a plan', () => {
  it('is shown whole, and nothing is changed', async () => {
    const report = await run({ dryRun: true });
    expect(report.changes.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['database waypost-directory', 'queue dlq-audit', 'secret SECRETS_KEY']),
    );
    expect(account.changes).toEqual([]);
    expect(await readDeployment(file)).toBeNull();
    expect(secrets).toEqual({});
  });

  it('needs nobody to be signed in', async () => {
    account.accounts = [];
    const { changes } = await run({ dryRun: true });
    expect(changes.flatMap(({ commands }) => commands)).toContain('npx wrangler d1 create waypost-directory');
    expect(account.ran).toEqual(['whoami --json']);
  });

  it('is not carried out when somebody says no', async () => {
    await expect(run({}, { confirm: async () => false })).rejects.toThrow('nothing was changed');
    expect(account.changes).toEqual([]);
  });
});

describe('PostgreSQL', () => {
  it('is reached through Hyperdrive without a cache, and its password is never seen', async () => {
    const migrated: string[] = [];
    const postgres = {
      status: async () => ({ missing: migrated.length === 0 ? ['0001.sql'] : [], applied: migrated.length }),
      migrate: async (url: string) => {
        migrated.push(url);
        return ['0001.sql'];
      },
    };
    await run({ postgres: POSTGRES }, { postgres });
    expect(account.changes).toContain('hyperdrive create waypost --caching-disabled');
    expect(account.hidden).toEqual([`--connection-string=${POSTGRES.href}`]);
    expect([...lines, ...account.ran, readFileSync(file, 'utf8')].join('\n')).not.toContain('very-secret');
    expect(migrated).toEqual([POSTGRES.href]);
    expect(account.databases.size).toBe(0);
    const { config } = (await readDeployment(file)) ?? { config: null };
    expect(config?.vars['STORE']).toBe('postgres');
    expect(config?.hyperdrive).toEqual([
      { binding: 'HYPERDRIVE', id: account.hyperdrives.get('waypost')?.id },
    ]);
    const before = account.changes.length;
    await run({ postgres: POSTGRES }, { postgres });
    expect(account.changes).toHaveLength(before);
    for (const one of account.hyperdrives.values()) one.caching = 'enabled';
    await run({}, { postgres });
    expect(account.changes.at(-1)).toMatch(/^hyperdrive update \w+ --caching-disabled$/);
  });
});

describe('several installations in one account', () => {
  it('have names of their own, queues too', async () => {
    await run();
    const first = file;
    file = join(home, `deployment-${++runs}.toml`);
    account.secrets = null;
    account.versions.length = 0;
    await run({ name: 'staging', host: 'staging.acme.test' });
    expect(account.queues.has('staging-mail-ingest')).toBe(true);
    expect(account.queues.has('staging-dlq-mail-ingest')).toBe(true);
    expect(account.databases.has('staging-mail-1')).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('dead_letter_queue = "staging-dlq-mail-ingest"');
    expect((await readDeployment(file))?.config.vars['QUEUE_PREFIX']).toBe('staging-');
    file = first;
    await expect(run({ name: 'staging' })).rejects.toThrow('is for the Worker waypost');
  });
});
