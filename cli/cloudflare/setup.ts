import { existsSync } from 'node:fs';
import { mapBounded } from '../../platform/bounded.ts';
import { CommandError } from '../command.ts';
import { isDeployed, tagOfBundle } from './bundle.ts';
import {
  bucketChanges,
  type Change,
  databaseChanges,
  type Found,
  hyperdriveChanges,
  migrationChanges,
  queueChanges,
  secretChanges,
  withoutPassword,
} from './changes.ts';
import {
  type ConfigPath,
  type Deployment,
  filled,
  newDeployment,
  readDeployment,
  writeDeployment,
} from './config-file.ts';
import { type Facts, findAccount, lookAround, NOTHING } from './facts.ts';
import { queuePrefix, type Wanted, wantedBy } from './product.ts';
import { AT_ONCE, createSession, type Session } from './session.ts';
import { shownCommand, type Wrangler } from './wrangler.ts';

export interface SetupOptions {
  name: string | null;
  host: string | null;
  filesHost: string | null;
  account: string | null;
  location: string | null;
  shards: number | null;
  postgres: URL | null;
  file: ConfigPath;
  dryRun: boolean;
  newSecretsKey: boolean;
}

/** What setup needs of the world around it. */
export interface SetupWorld {
  /** @param account for wrangler's environment; null: it is not known */
  wrangler(account: string | null): Wrangler;
  say(line: string): void;
  /** Whether to go on with what was shown. */
  confirm(): Promise<boolean>;
  /** Whether wrangler may ask at the terminal. */
  terminal: boolean;
  /** A secret that was made; it is not shown again. */
  onSecret(name: string, value: string, origin: string): Promise<void>;
  postgres: {
    /** Migrations that the database lacks, and how many it has. */
    status(url: string): Promise<{ missing: string[]; applied: number }>;
    migrate(url: string): Promise<string[]>;
  };
  /** Whether the installation answers that it is ready. */
  ready(origin: string): Promise<{ ready: boolean; why: string }>;
  pause(milliseconds: number): Promise<void>;
}

export interface SetupReport {
  account: string | null;
  name: string;
  config: string;
  url: string;
  /** What was done, or with `--dry-run` what would be. */
  changes: { what: string; commands: string[] }[];
  deployed: boolean;
  ready: boolean | null;
}

const READY_TRIES = 12;
const READY_PAUSE_MS = 5000;

/** Brings an account to where Waypost runs in it. Does only what is missing, so that it can be run again at any point. */
export async function setUp(options: SetupOptions, world: SetupWorld): Promise<SetupReport> {
  const { file } = options;
  const kept = await readDeployment(file.path);
  const choices = chosenBy(options, kept?.config ?? null);
  const wanted = await wantedBy(choices, file.path);
  const unbound = createSession(world.wrangler(options.account), world.say);
  const account = await findAccount(unbound, options.account, kept?.config ?? null);
  if (account === null && !options.dryRun)
    throw new CommandError('nobody is signed in: "npx wrangler login", or CLOUDFLARE_API_TOKEN for scripts');
  world.say(
    account === null
      ? '# Nobody is signed in: this is the plan for an empty account.'
      : `# Account ${account.name} (${account.id})`,
  );
  const session = createSession(world.wrangler(account?.id ?? null), world.say);
  const found: Found = { databaseIds: new Map(), hyperdriveId: kept?.config.hyperdrive[0]?.id ?? null };
  const at = {
    worker: choices.name,
    file,
    config: kept?.config ?? null,
    hyperdrive: choices.store === 'postgres',
  };
  const facts = account === null ? NOTHING : await lookAround(session, wanted, at);
  sameAccount(kept?.config ?? null, facts, account !== null);
  for (const [name, id] of facts.databases) found.databaseIds.set(name, id);

  const changes: Change[] = [
    ...databaseChanges(named(wanted, at.config), facts, options.location, found),
    ...bucketChanges(wanted, facts, options.location),
    ...queueChanges(wanted, facts, choices.name),
    ...hyperdriveChanges(choices.name, facts, options.postgres, found),
    ...fileChanges(
      file,
      kept?.text ?? null,
      () => textOf(kept?.text ?? null, choices, wanted, found, account?.id ?? ''),
      {
        known: everythingThere(wanted, facts, at.config),
      },
    ),
    ...secretChanges(
      choices.name,
      await withPostgres(facts, options, world),
      options.newSecretsKey,
      (name, value) => world.onSecret(name, value, choices.origin),
    ),
    ...migrationChanges(wanted, facts, at.config, file),
    ...(await postgresChanges(options, choices.store, world, account !== null)),
  ];
  const deployment = await deploymentOf(session, { choices, file, facts, changes, world });
  if (deployment !== null) changes.push(deployment);
  return carryOut(changes, {
    options,
    world,
    session,
    choices,
    account: account?.id ?? null,
    deploys: deployment !== null,
  });
}

interface Chosen {
  name: string;
  shards: number;
  store: 'd1' | 'postgres';
  host: string;
  filesHost: string;
  /** `https://host` under which it answers. */
  origin: string;
}

/** What the command line says, and for all else what the configuration says already. */
function chosenBy(options: SetupOptions, config: Deployment | null): Chosen {
  const name = options.name ?? config?.name ?? 'waypost';
  if (!/^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/.test(name))
    throw new CommandError(`--name ${name} is no name: small letters, digits and dashes, at most 42`);
  if (config !== null && config.name !== name)
    throw new CommandError(
      `${options.file.typed} is for the Worker ${config.name}: give another --config for ${name}`,
    );
  const kept = config?.d1_databases.filter(({ binding }) => /^MAIL_\d+$/.test(binding)).length ?? 0;
  const isPostgres = options.postgres !== null || config?.vars['STORE'] === 'postgres';
  if (config !== null && options.postgres !== null && config.vars['STORE'] !== 'postgres')
    throw new CommandError(
      `${options.file.typed} keeps everything in D1, and what is in there does not move by itself: set up another --name`,
    );
  const base = {
    name,
    shards: Math.max(kept, options.shards ?? 2),
    store: isPostgres ? ('postgres' as const) : ('d1' as const),
  };
  if (config !== null) {
    const origin = config.vars['PUBLIC_URL'];
    if (typeof origin !== 'string' || !/^https?:\/\/[^/]+$/.test(origin))
      throw new CommandError(`PUBLIC_URL in ${options.file.typed} is no https://host`);
    const said = options.host === null ? null : `https://${options.host}`;
    if (said !== null && said !== origin)
      throw new CommandError(`${options.file.typed} says ${origin}: change routes and PUBLIC_URL there`);
    return { ...base, host: new URL(origin).host, filesHost: '', origin };
  }
  if (options.host === null)
    throw new CommandError(
      '--host is needed: the name under which people reach it, e.g. --host mail.example.com',
    );
  return {
    ...base,
    host: options.host,
    filesHost: options.filesHost ?? options.host,
    origin: `https://${options.host}`,
  };
}

/** Databases under the names that the configuration has for them. */
function named(wanted: Wanted, config: Deployment | null): Wanted {
  const nameOf = (binding: string) =>
    config?.d1_databases.find((one) => one.binding === binding)?.database_name;
  return {
    ...wanted,
    databases: wanted.databases.map((one) => ({ ...one, name: nameOf(one.binding) ?? one.name })),
  };
}

/** The ids of a configuration must be those of this account. */
function sameAccount(config: Deployment | null, facts: Facts, looked: boolean): void {
  if (!looked) return;
  for (const { database_name, database_id } of config?.d1_databases ?? []) {
    const id = facts.databases.get(database_name);
    if (database_id === undefined || id === database_id) continue;
    throw new CommandError(
      id === undefined
        ? `the configuration names the database ${database_name} (${database_id}), which this account does not have: another account, or it was deleted`
        : `the database ${database_name} is ${id} in this account, but ${database_id} in the configuration`,
    );
  }
}

function everythingThere(wanted: Wanted, facts: Facts, config: Deployment | null): boolean {
  return named(wanted, config).databases.every(({ name }) => facts.databases.has(name));
}

function textOf(kept: string | null, choices: Chosen, wanted: Wanted, found: Found, account: string): string {
  const filling = {
    ...{
      name: choices.name,
      account,
      wanted,
      databaseIds: found.databaseIds,
      hyperdriveId: found.hyperdriveId,
    },
  };
  return kept === null ? newDeployment(filling, choices, queuePrefix(choices.name)) : filled(kept, filling);
}

/** The configuration, when it is new or lacks something. */
function fileChanges(
  file: ConfigPath,
  kept: string | null,
  text: () => string,
  { known }: { known: boolean },
): Change[] {
  // Before the databases are there, their ids are not: then it is written in any case.
  if (kept !== null && known && text() === kept) return [];
  return [
    {
      what: `configuration ${file.typed}`,
      commands: [`(writes ${file.typed})`],
      run: () => writeDeployment(file.path, text()),
    },
  ];
}

/** Facts with what PostgreSQL holds in place of D1, for the key must not be made anew for it either. */
async function withPostgres(facts: Facts, { postgres }: SetupOptions, world: SetupWorld): Promise<Facts> {
  if (postgres === null || facts === NOTHING) return facts;
  return { ...facts, migrations: new Map([['POSTGRES', await world.postgres.status(postgres.href)]]) };
}

async function postgresChanges(
  { postgres }: SetupOptions,
  store: Chosen['store'],
  world: SetupWorld,
  looked: boolean,
): Promise<Change[]> {
  if (postgres === null) {
    if (store === 'postgres')
      world.say('# New migrations of PostgreSQL are applied when --postgres URL is given again.');
    return [];
  }
  const missing = looked ? (await world.postgres.status(postgres.href)).missing : null;
  if (missing?.length === 0) return [];
  return [
    {
      what: `migrations of PostgreSQL${missing === null ? '' : ` (${missing.length} missing)`}`,
      commands: [`npx waypost migrate --postgres '${withoutPassword(postgres)}'`],
      async run() {
        world.say(`$ npx waypost migrate --postgres '${withoutPassword(postgres)}'`);
        await world.postgres.migrate(postgres.href);
      },
    },
  ];
}

/** The deployment, unless what would be deployed answers already. */
async function deploymentOf(
  session: Session,
  {
    choices,
    file,
    facts,
    changes,
    world,
  }: {
    choices: Chosen;
    file: ConfigPath;
    facts: Facts;
    changes: readonly Change[];
    world: SetupWorld;
  },
): Promise<Change | null> {
  const args = (tag: string) => ['deploy', '--config', file.typed, '--tag', tag];
  const tagNow = async () => tagOfBundle(session, file, (await readDeployment(file.path))?.text ?? '');
  const fileChanges = changes.some(({ what }) => what.startsWith('configuration '));
  if (!fileChanges && facts.secrets !== null && existsSync(file.path)) {
    if (await isDeployed(session, choices.name, await tagNow())) return null;
  }
  return {
    what: `Worker ${choices.name} at ${choices.host} (a DNS record of that name is replaced)`,
    commands: [shownCommand(args('TAG'))],
    async run(running) {
      const tag = await tagNow();
      await running.change(`deploying ${choices.name}`, args(tag), { terminal: world.terminal });
    },
  };
}

async function carryOut(
  changes: readonly Change[],
  {
    options,
    world,
    session,
    choices,
    account,
    deploys,
  }: {
    options: SetupOptions;
    world: SetupWorld;
    session: Session;
    choices: Chosen;
    account: string | null;
    deploys: boolean;
  },
): Promise<SetupReport> {
  const report: SetupReport = {
    ...{ account, name: choices.name, config: options.file.path, url: choices.origin },
    changes: changes.map(({ what, commands }) => ({ what, commands })),
    ...{ deployed: false, ready: null },
  };
  world.say('');
  if (changes.length === 0) world.say('Everything is there already: nothing to do.');
  else {
    world.say(options.dryRun ? 'This would be done:' : 'This is missing and will be done:');
    for (const { what, commands } of changes)
      world.say([`  ${what}`, ...commands.map((one) => `    $ ${one}`)].join('\n'));
  }
  world.say('');
  if (options.dryRun) return report;
  if (changes.length > 0 && !(await world.confirm())) throw new CommandError('stopped: nothing was changed');
  await runAll(changes, session);
  report.deployed = deploys;
  report.ready = await becomesReady(world, choices.origin);
  return report;
}

/** One after the other, and those of a group beside each other. Rejects at the first that fails. */
async function runAll(changes: readonly Change[], session: Session): Promise<void> {
  for (let at = 0; at < changes.length; ) {
    const group = changes[at]?.group;
    let end = at + 1;
    while (group !== undefined && changes[end]?.group === group) end += 1;
    await mapBounded(changes.slice(at, end), AT_ONCE, async (change) => {
      try {
        await change.run(session);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new CommandError(
          `${why}\n${change.what} is not there. What was done before stays: run the same command again to go on.`,
        );
      }
    });
    at = end;
  }
}

/** A name that is new takes a moment until it answers, and its certificate too. */
async function becomesReady(world: SetupWorld, origin: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const { ready, why } = await world.ready(origin);
    if (ready) return true;
    if (tries === READY_TRIES) {
      world.say(`${origin} is not ready: ${why}`);
      return false;
    }
    if (tries === 1) world.say(`Waiting for ${origin} to answer.`);
    await world.pause(READY_PAUSE_MS);
  }
}
