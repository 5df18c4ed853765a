import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { CommandError } from '../command.ts';
import { PROJECT_ROOT } from '../local/home.ts';
import { loadWrangler } from '../local/wrangler.ts';
import type { Wanted } from './product.ts';
import { quoted, scalarLines, tableLines } from './toml.ts';

const schema = z.looseObject({
  name: z.string(),
  account_id: z.string().optional(),
  vars: z.record(z.string(), z.unknown()).default({}),
  d1_databases: z
    .array(
      z.looseObject({ binding: z.string(), database_name: z.string(), database_id: z.string().optional() }),
    )
    .default([]),
  r2_buckets: z.array(z.looseObject({ binding: z.string(), bucket_name: z.string() })).default([]),
  hyperdrive: z.array(z.looseObject({ binding: z.string(), id: z.string() })).default([]),
});
/** The configuration of a deployment, as far as setup looks at it. */
export type Deployment = z.infer<typeof schema>;

/** What stands between these lines is written anew each time; all else is its owner's. */
const BEGIN = '# >>> kept by "waypost setup": changes between these lines are lost';
const END = '# <<<';

/** Where a configuration lies, and how commands name it that run in the project's directory. */
export interface ConfigPath {
  path: string;
  typed: string;
}

export function configPath(given: string | undefined): ConfigPath {
  const path = given === undefined ? join(PROJECT_ROOT, 'wrangler.production.toml') : resolve(given);
  const short = relative(PROJECT_ROOT, path);
  return { path, typed: short.startsWith('..') ? path : short };
}

export async function readDeployment(path: string): Promise<{ text: string; config: Deployment } | null> {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  const { experimental_readRawConfig: read } = await loadWrangler();
  let raw: unknown;
  try {
    raw = read({ config: path }).rawConfig;
  } catch (error) {
    throw new CommandError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const config = schema.safeParse(raw);
  if (!config.success) {
    const bad = config.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('; ');
    throw new CommandError(`${path} is no configuration of a deployment: ${bad}`);
  }
  return { text, config: config.data };
}

export interface Filling {
  name: string;
  account: string;
  wanted: Wanted;
  /** Ids of databases by their names. */
  databaseIds: ReadonlyMap<string, string>;
  hyperdriveId: string | null;
}

export interface Choices {
  host: string;
  filesHost: string;
  store: 'd1' | 'postgres';
}

/** A new file. Its first half is for its owner to change. */
export function newDeployment(
  filling: Filling,
  { host, filesHost, store }: Choices,
  queuePrefix: string,
): string {
  const { name, account, wanted } = filling;
  const values: Record<string, string> = {
    ...{ STORE: store, AUTHSERV_ID: host, PUBLIC_URL: `https://${host}`, FILES_URL: `https://${filesHost}` },
    QUEUE_PREFIX: queuePrefix,
  };
  const hosts = [...new Set([host, filesHost])];
  const lines = [
    '# A deployment of Waypost on Cloudflare, made by "waypost setup" (docs/deploy.md). No secrets are in here.',
    '# Change what you like outside of the marked lines, then run "waypost setup" again: it deploys what has changed.',
    '',
    BEGIN,
    ...scalarLines(wanted.head),
    END,
    '',
    `name = ${quoted(name)}`,
    `account_id = ${quoted(account)}`,
    '# Under which names it is reached; each lies in a zone of the account.',
    'workers_dev = false',
    'routes = [',
    ...hosts.map((one) => `  { pattern = ${quoted(one)}, custom_domain = true },`),
    ']',
    '',
    '[vars]',
    ...wanted.vars.flatMap((one) => [
      ...one.comment,
      `${one.name} = ${quoted(values[one.name] ?? one.value)}`,
    ]),
    '',
    '[[r2_buckets]]',
    'binding = "BLOBS"',
    `bucket_name = ${quoted(wanted.bucket)}`,
    '',
    '# Tenants may send by Cloudflare Email Service once a domain is onboarded to it: take the marks away.',
    '# [[send_email]]',
    '# name = "SEND_EMAIL"',
    '',
    BEGIN,
    END,
    '',
  ];
  return filled(lines.join('\n'), filling);
}

/** The file with what it lacks: ids, databases that are new, and what this version of Waypost needs. */
export function filled(text: string, { wanted, databaseIds, hyperdriveId }: Filling): string {
  const blocks = text.split(BEGIN);
  if (blocks.length !== 3 || blocks.slice(1).some((block) => !block.includes(END)))
    throw new CommandError('the marked lines of the configuration are gone: see docs/deploy.md, "By hand"');
  const [before = '', head = '', tail = ''] = blocks;
  let middle = head.slice(head.indexOf(END) + END.length);
  for (const { binding, name, migrations } of wanted.databases) {
    const id = databaseIds.get(name);
    if (id === undefined) continue;
    middle = withTable(middle, 'd1_databases', binding, [
      `database_name = ${quoted(name)}`,
      `database_id = ${quoted(id)}`,
      `migrations_dir = ${quoted(migrations)}`,
    ]);
  }
  if (hyperdriveId !== null)
    middle = withTable(middle, 'hyperdrive', 'HYPERDRIVE', [`id = ${quoted(hyperdriveId)}`]);
  return [
    before,
    [BEGIN, ...scalarLines(wanted.head), END].join('\n'),
    middle,
    [BEGIN, ...tableLines(wanted.tables), '', END].join('\n'),
    tail.slice(tail.indexOf(END) + END.length),
  ].join('');
}

/** The text with a table of a binding, unless there is one. */
function withTable(text: string, list: string, binding: string, lines: string[]): string {
  const there = new RegExp(`^\\s*binding\\s*=\\s*["']${binding}["']`, 'm').test(text);
  if (there) return text;
  return `${text.trimEnd()}\n\n${[`[[${list}]]`, `binding = ${quoted(binding)}`, ...lines].join('\n')}\n\n`;
}

/** Written aside and renamed, so that an interruption leaves one or the other. */
export async function writeDeployment(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
