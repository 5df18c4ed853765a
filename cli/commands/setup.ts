import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { configPath } from '../cloudflare/config-file.ts';
import { type SetupOptions, type SetupWorld, setUp } from '../cloudflare/setup.ts';
import { createWrangler } from '../cloudflare/wrangler.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { PROJECT_ROOT } from '../local/home.ts';
import type { Output } from '../output.ts';
import { keepToken } from '../remote/credentials.ts';

const LOCATIONS = ['weur', 'eeur', 'apac', 'oc', 'wnam', 'enam'];

export const setup = defineCommand({
  name: 'setup',
  summary: 'set Waypost up in a Cloudflare account, or bring it up to date',
  details:
    'Makes databases, bucket, queues and secrets that are missing, writes wrangler.production.toml, applies migrations,\n' +
    'deploys, and waits until it is ready. Everything is a wrangler command that is shown. Run it again at any time: what\n' +
    'is there stays as it is. Sign in before with "npx wrangler login", or set CLOUDFLARE_API_TOKEN.',
  here: true,
  positionals: [],
  flags: {
    host: {
      type: 'string',
      value: 'HOST',
      help: 'name under which people reach it (the first time), e.g. mail.example.com',
    },
    'files-host': {
      type: 'string',
      value: 'HOST',
      help: 'another name for links to attachments (the first time)',
    },
    name: { type: 'string', value: 'NAME', help: 'of the Worker; all names begin with it (default waypost)' },
    account: { type: 'string', value: 'ID', help: 'where there are several accounts' },
    location: {
      type: 'string',
      value: 'HINT',
      help: `where new databases and the bucket lie: ${LOCATIONS.join(', ')}`,
    },
    'mail-shards': { type: 'string', value: 'N', help: 'databases for mailboxes, 10 GB each (default 2)' },
    postgres: {
      type: 'string',
      value: 'URL',
      help: 'keep everything in this PostgreSQL, through Hyperdrive; its password may come from PGPASSWORD',
    },
    config: { type: 'string', value: 'FILE', help: 'the configuration (default wrangler.production.toml)' },
    'new-secrets-key': { type: 'boolean', help: 'make a new SECRETS_KEY although databases are in use' },
    'dry-run': { type: 'boolean', help: 'show what would be done; change nothing' },
    yes: { type: 'boolean', help: 'do not ask' },
  },
  examples: [
    'waypost setup --host mail.example.com --dry-run',
    'waypost setup --host mail.example.com --location weur',
    'PGPASSWORD=… waypost setup --host mail.example.com --postgres postgresql://waypost@db.example.com/waypost',
  ],
  async run({ flags, out }) {
    const dryRun = flags['dry-run'];
    const options: SetupOptions = {
      name: flags.name ?? null,
      host: hostOf(flags.host, 'host'),
      filesHost: hostOf(flags['files-host'], 'files-host'),
      account: flags.account ?? null,
      location: locationOf(flags.location),
      shards: shardsOf(flags['mail-shards']),
      postgres: postgresOf(flags.postgres),
      file: configPath(flags.config),
      dryRun,
      newSecretsKey: flags['new-secrets-key'],
    };
    if (!dryRun && !flags.yes && (process.stdin.isTTY !== true || out.json))
      throw new UsageError(
        'there is nobody to ask: give --yes, or --dry-run to see what would be done',
        'setup',
      );
    const secrets: Record<string, string> = {};
    const world = worldOf(out, flags.yes, secrets);
    const report = await setUp(options, world).catch((error: unknown) => {
      // What was made must not be lost with the run that made it.
      if (Object.keys(secrets).length > 0) out.result({ secrets }, () => undefined);
      throw error;
    });
    out.result({ ...report, secrets }, () => {
      if (dryRun) return;
      out.line(report.ready === true ? `Ready at ${report.url}.` : `${report.url} does not answer yet.`);
      out.line('\nNext:');
      out.line('  npx waypost domain add example.com --remote');
      out.line('  npx waypost domain dns example.com --remote');
      out.line('  npx waypost doctor --remote');
    });
    if (report.ready === false)
      throw new CommandError(
        'deployed, but not ready: wait some minutes, then "npx waypost doctor --remote"',
      );
  },
});

function worldOf(out: Output, yes: boolean, secrets: Record<string, string>): SetupWorld {
  // What runs is told in JSON mode too, where it is no result.
  const say = (line: string) => (out.json ? out.note(line) : out.line(line));
  return {
    say,
    terminal: process.stdout.isTTY === true && !out.json,
    wrangler: (account) =>
      createWrangler({
        directory: PROJECT_ROOT,
        env: account === null ? {} : { CLOUDFLARE_ACCOUNT_ID: account },
      }),
    pause: (milliseconds) => sleep(milliseconds),
    async confirm() {
      if (yes) return true;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const answer = await lines.question('Go on? [y/N] ');
      lines.close();
      return /^y(es)?$/i.test(answer.trim());
    },
    async onSecret(name, value, origin) {
      secrets[name] = value;
      out.line(`${name} (shown once): ${value}`);
      if (name === 'ADMIN_TOKEN') out.line(`It is kept in ${await keepToken(origin, value)} for --remote.`);
      if (name === 'SECRETS_KEY')
        out.line('Keep it in a safe place: without it nothing that is sealed opens again.');
    },
    postgres: {
      async status(url) {
        const { postgresMigrationStatus } = await import('../local/postgres-migrations.ts');
        const list = await postgresMigrationStatus(url).catch(unreachable);
        const missing = list.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name);
        return { missing, applied: list.length - missing.length };
      },
      async migrate(url) {
        const { applyPostgresMigrations } = await import('../local/postgres-migrations.ts');
        return applyPostgresMigrations(url).catch(unreachable);
      },
    },
    async ready(origin) {
      try {
        const response = await fetch(new URL('/readyz', origin), { signal: AbortSignal.timeout(10_000) });
        return {
          ready: response.ok,
          why: `${response.status} ${(await response.text()).slice(0, 300).trim()}`,
        };
      } catch (error) {
        return {
          ready: false,
          why: error instanceof Error ? String(error.cause ?? error.message) : String(error),
        };
      }
    },
  };
}

function unreachable(error: unknown): never {
  throw new CommandError(`PostgreSQL: ${error instanceof Error ? error.message : String(error)}`);
}

function hostOf(text: string | undefined, flag: string): string | null {
  if (text === undefined) return null;
  if (!/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(text))
    throw new UsageError(`--${flag} ${text} is no host name`, 'setup');
  return text;
}

function locationOf(text: string | undefined): string | null {
  if (text !== undefined && !LOCATIONS.includes(text))
    throw new UsageError(`--location is one of ${LOCATIONS.join(', ')}`, 'setup');
  return text ?? null;
}

function shardsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError('--mail-shards is a number from 1 to 99', 'setup');
  return Number(text);
}

function postgresOf(text: string | undefined): URL | null {
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol) || url.hostname === '')
    throw new UsageError('--postgres is postgresql://user@host/database', 'setup');
  const password = process.env['PGPASSWORD'];
  if (url.password === '' && password !== undefined) url.password = encodeURIComponent(password);
  return url;
}
