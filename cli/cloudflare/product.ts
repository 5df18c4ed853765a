import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { PROJECT_ROOT } from '../local/home.ts';
import { loadWrangler } from '../local/wrangler.ts';
import type { TomlTable, TomlValue } from './toml.ts';

/** What one installation is called and made of. */
export interface Naming {
  /** Of the Worker; the names of everything else begin with it. */
  name: string;
  /** Number of MAIL_* databases. */
  shards: number;
  store: 'd1' | 'postgres';
}

export interface Wanted {
  /** Top-level keys that this version of Waypost needs as they are. */
  head: TomlTable;
  /** Tables of the same kind. */
  tables: TomlTable;
  /** Plain variables, with what wrangler.toml says of each. */
  vars: { name: string; value: string; comment: string[] }[];
  databases: { binding: string; name: string; migrations: string }[];
  bucket: string;
  /** Every queue, in the order in which they are to be made. */
  queues: string[];
}

/** Sections that setup fills in itself, or that somebody chooses. */
const OWN = new Set(['vars', 'd1_databases', 'r2_buckets', 'send_email', 'hyperdrive', 'name', 'minify']);
/** Top-level keys of the local file that an environment does not take over (wrangler: non-inheritable keys), or not needed. */
const LOCAL = new Set([
  ...OWN,
  'env',
  'durable_objects',
  'queues',
  'migrations',
  'triggers',
  'assets',
  'dev',
  '$schema',
]);

/**
 * What a configuration must hold so that this version of Waypost runs: [env.production] of wrangler.toml, under the names
 * of the installation.
 * @param file the configuration for which paths are meant
 */
export async function wantedBy({ name, shards, store }: Naming, file: string): Promise<Wanted> {
  const path = join(PROJECT_ROOT, 'wrangler.toml');
  const { experimental_readRawConfig: read } = await loadWrangler();
  const raw = read({ config: path }).rawConfig as unknown as Record<string, unknown>;
  const production = (raw['env'] as Record<string, Record<string, unknown>>)['production'] ?? {};
  const from = (value: string) => relative(dirname(resolve(file)), join(PROJECT_ROOT, value)) || '.';
  const of = (key: string) => (production[key] ?? []) as Record<string, string>[];
  const inherited = Object.entries(raw).filter(([key]) => !LOCAL.has(key) && !(key in production));
  const own = Object.entries(production).filter(([key]) => !OWN.has(key));
  const merged = Object.fromEntries([...inherited, ...own, ['minify', true]]);
  const placed = renamed(located(merged, from), name);
  const isHead = (value: unknown) => typeof value !== 'object' || isScalars(value);
  const comments = commentsOf(readFileSync(path, 'utf8'));
  const shardNames = Array.from({ length: shards }, (_, i) => `MAIL_${i + 1}`);
  const migrationsOf = (binding: string) =>
    from(of('d1_databases').find((one) => one['binding'] === binding)?.['migrations_dir'] ?? 'migrations');
  return {
    head: pick(placed, isHead),
    tables: pick(placed, (value) => !isHead(value)),
    vars: Object.entries(production['vars'] as Record<string, string>).map(([key, value]) => ({
      ...{ name: key, value, comment: comments.get(key) ?? [] },
    })),
    databases:
      store === 'postgres'
        ? []
        : ['DIRECTORY', ...shardNames, 'SEARCH', 'AUDIT'].map((binding) => ({
            binding,
            name: `${name}-${binding.toLowerCase().replaceAll('_', '-')}`,
            migrations: migrationsOf(binding.startsWith('MAIL_') ? 'MAIL_1' : binding),
          })),
    bucket: `${name}-blobs`,
    queues: queuesIn(placed['queues']),
  };
}

function isScalars(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one !== 'object');
}

function pick(table: TomlTable, fits: (value: unknown) => boolean): TomlTable {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => fits(value)));
}

/** Paths in it as they are seen from where the configuration lies. */
function located(config: Record<string, unknown>, from: (path: string) => string): Record<string, unknown> {
  const beside = (path: string) => {
    const seen = from(path);
    return seen.startsWith('.') ? seen : `./${seen}`;
  };
  const alias = (config['alias'] ?? {}) as Record<string, string>;
  const assets = config['assets'] as { directory: string } | undefined;
  return {
    ...config,
    main: from(String(config['main'])),
    alias: Object.fromEntries(Object.entries(alias).map(([module, path]) => [module, beside(path)])),
    ...(assets === undefined ? {} : { assets: { ...assets, directory: beside(assets.directory) } }),
  };
}

/** Queues belong to the account: those of an installation with a name of its own bear it (platform/queue-names.ts). */
function renamed(config: Record<string, unknown>, name: string): Record<string, TomlValue> {
  const prefix = queuePrefix(name);
  const queues = config['queues'] as Record<string, Record<string, string | number>[]>;
  const all = (entries: Record<string, string | number>[] = []) =>
    entries.map((entry) => ({
      ...entry,
      queue: `${prefix}${entry['queue']}`,
      ...(entry['dead_letter_queue'] === undefined
        ? {}
        : { dead_letter_queue: `${prefix}${entry['dead_letter_queue']}` }),
    }));
  return {
    ...(config as Record<string, TomlValue>),
    queues: { producers: all(queues['producers']), consumers: all(queues['consumers']) },
  };
}

/** What the names of an installation's queues begin with: nothing under the usual name. */
export function queuePrefix(name: string): string {
  return name === 'waypost' ? '' : `${name}-`;
}

function queuesIn(queues: TomlValue | undefined): string[] {
  const { producers, consumers } = queues as unknown as Record<string, { queue: string }[]>;
  return [...new Set([...(producers ?? []), ...(consumers ?? [])].map(({ queue }) => queue))];
}

/** The comment lines above each variable of [vars]. */
function commentsOf(text: string): Map<string, string[]> {
  const comments = new Map<string, string[]>();
  const section = text.split(/^\[vars\]$/m)[1]?.split(/^\[/m)[0] ?? '';
  let block: string[] = [];
  for (const line of section.split('\n')) {
    const name = /^([A-Z][A-Z0-9_]*) =/.exec(line)?.[1];
    if (line.startsWith('#')) block.push(line);
    else if (name !== undefined) {
      comments.set(name, block);
      block = [];
    } else block = [];
  }
  return comments;
}
