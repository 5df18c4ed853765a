import { randomBytes } from 'node:crypto';
import { CommandError } from '../command.ts';
import type { ConfigPath, Deployment } from './config-file.ts';
import type { Facts } from './facts.ts';
import { readDatabases, readHyperdrives } from './listings.ts';
import type { Wanted } from './product.ts';
import type { Session } from './session.ts';
import { type RunOptions, shownCommand } from './wrangler.ts';

/** One thing that setup does. */
export interface Change {
  /** For people, e.g. `database waypost-mail-1`. */
  what: string;
  /** Commands as they are shown before anything is done. */
  commands: string[];
  /** Those of one group, which stand behind each other, may run beside each other. */
  group?: string;
  run(session: Session): Promise<void>;
}

/** What changes find out and leave to those after them. */
export interface Found {
  databaseIds: Map<string, string>;
  hyperdriveId: string | null;
}

function byCommand(what: string, args: string[], options: RunOptions = {}): Change {
  return {
    what,
    commands: [shownCommand(args, options.hidden?.shown)],
    run: async (session) => {
      await session.change(what, args, options);
    },
  };
}

/** Databases that the account lacks. Their ids are known afterwards. */
export function databaseChanges(
  wanted: Wanted,
  facts: Facts,
  location: string | null,
  found: Found,
): Change[] {
  const missing = wanted.databases.filter(({ name }) => !facts.databases.has(name));
  const made = missing.map(({ name }) => {
    const args = ['d1', 'create', name, ...(location === null ? [] : ['--location', location])];
    return { ...byCommand(`database ${name}`, args), group: 'databases' };
  });
  if (made.length === 0) return [];
  const list = ['d1', 'list', '--json'];
  const learn: Change = {
    what: 'ids of the databases',
    commands: [shownCommand(list)],
    async run(session) {
      for (const [name, id] of readDatabases(await session.look(list))) found.databaseIds.set(name, id);
    },
  };
  return [...made, learn];
}

export function bucketChanges({ bucket }: Wanted, facts: Facts, location: string | null): Change[] {
  if (facts.buckets.has(bucket)) return [];
  const args = ['r2', 'bucket', 'create', bucket, ...(location === null ? [] : ['--location', location])];
  return [byCommand(`bucket ${bucket}`, args)];
}

/** Queues that the account lacks. One that another Worker reads is refused before anything is made. */
export function queueChanges({ queues }: Wanted, facts: Facts, worker: string): Change[] {
  const foreign = queues.find(
    (name) => facts.secrets === null && (facts.queues.get(name)?.consumers ?? 0) > 0,
  );
  if (foreign !== undefined)
    throw new CommandError(
      `the queue ${foreign} is read by another Worker, for there is no Worker ${worker}: choose another --name, under which all queues are apart`,
    );
  return queues
    .filter((name) => !facts.queues.has(name))
    .map((name) => ({ ...byCommand(`queue ${name}`, ['queues', 'create', name]), group: 'queues' }));
}

/** The way to PostgreSQL. Its address goes to wrangler unseen, for it holds the password. */
export function hyperdriveChanges(name: string, facts: Facts, url: URL | null, found: Found): Change[] {
  const there = facts.hyperdrives.find((one) => one.name === name);
  if (there !== undefined) {
    found.hyperdriveId = there.id;
    if (!there.caching) return [];
    return [
      byCommand(`no caching in Hyperdrive ${name}`, ['hyperdrive', 'update', there.id, '--caching-disabled']),
    ];
  }
  if (url === null) return [];
  const hidden = {
    arguments: [`--connection-string=${url.href}`],
    shown: `--connection-string='${withoutPassword(url)}'`,
  };
  const made = byCommand(`Hyperdrive ${name}`, ['hyperdrive', 'create', name, '--caching-disabled'], {
    hidden,
  });
  return [
    {
      ...made,
      async run(session) {
        await made.run(session);
        const listed = readHyperdrives(await session.look(['hyperdrive', 'list']));
        found.hyperdriveId = listed.find((one) => one.name === name)?.id ?? null;
      },
    },
  ];
}

export function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

/** The secrets that there must be, and what a new one is made of. */
const SECRETS: Record<string, () => string> = {
  SECRETS_KEY: () => randomBytes(32).toString('base64url'),
  ADMIN_TOKEN: () => randomBytes(32).toString('base64url'),
  INTERNAL_TOKENS: () => `services:${randomBytes(32).toString('base64url')}`,
};

/**
 * Secrets that the Worker lacks. One that is there is never changed. SECRETS_KEY is not made anew for databases that hold
 * something: what is sealed in them would never open again.
 * @param onMade is told of each before it goes out, so that it is not lost when what follows fails
 */
export function secretChanges(
  worker: string,
  facts: Facts,
  mayReplaceKey: boolean,
  onMade: (name: string, value: string) => Promise<void>,
): Change[] {
  const missing = Object.entries(SECRETS).filter(([name]) => facts.secrets?.has(name) !== true);
  const used = [...facts.migrations.values()].some(({ applied }) => applied > 0);
  if (used && !mayReplaceKey && missing.some(([name]) => name === 'SECRETS_KEY'))
    throw new CommandError(
      `the databases are in use, but the Worker ${worker} has no SECRETS_KEY: what is sealed in them opens with the old one only. ` +
        `Put it back with "npx wrangler secret put SECRETS_KEY --name ${worker}", or give --new-secrets-key when it is lost for good`,
    );
  return missing.map(([name, make]) => {
    const args = ['secret', 'put', name, '--name', worker];
    return {
      what: `secret ${name}`,
      commands: [`${shownCommand(args)} < (the value)`],
      async run(session) {
        const value = make();
        await onMade(name, value);
        await session.change(`secret ${name}`, args, { input: value });
      },
    };
  });
}

/** Migrations of databases that lack some, or that were not there to be looked at. */
export function migrationChanges(
  wanted: Wanted,
  facts: Facts,
  config: Deployment | null,
  file: ConfigPath,
): Change[] {
  return wanted.databases.flatMap(({ binding, name }) => {
    const known = facts.migrations.get(binding);
    if (known !== undefined && known.missing.length === 0) return [];
    const database = config?.d1_databases.find((one) => one.binding === binding)?.database_name ?? name;
    const what = `migrations of ${database}${known === undefined ? '' : ` (${known.missing.length} missing)`}`;
    return [byCommand(what, ['d1', 'migrations', 'apply', database, '--remote', '--config', file.typed])];
  });
}
