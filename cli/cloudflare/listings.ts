import * as z from 'zod';
import { CommandError } from '../command.ts';
import type { Ran } from './wrangler.ts';

const accountsSchema = z.object({
  loggedIn: z.boolean(),
  email: z.string().nullish(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});
const databasesSchema = z.array(z.object({ uuid: z.string(), name: z.string() }));
const secretsSchema = z.array(z.object({ name: z.string() }));
const versionsSchema = z.array(
  z.object({ id: z.string(), annotations: z.record(z.string(), z.unknown()).nullish() }),
);
const deploymentSchema = z.object({
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
});
const rowsSchema = z.array(z.object({ results: z.array(z.object({ name: z.string() })) }));

export interface Queue {
  name: string;
  consumers: number;
}

export interface HyperdriveConfig {
  id: string;
  name: string;
  caching: boolean;
}

/** `wrangler whoami --json`; null: nobody is signed in. */
export function readAccounts(ran: Ran): { id: string; name: string }[] | null {
  const found = accountsSchema.safeParse(jsonIn(ran.out));
  return found.success && found.data.loggedIn ? found.data.accounts : null;
}

/** `wrangler d1 list --json`: ids by name. */
export function readDatabases(ran: Ran): Map<string, string> {
  return new Map(parsed(ran, databasesSchema).map(({ name, uuid }) => [name, uuid]));
}

/** `wrangler secret list`. */
export function readSecretNames(ran: Ran): Set<string> {
  return new Set(parsed(ran, secretsSchema).map(({ name }) => name));
}

/** `wrangler d1 execute … --json` of a SELECT of names. */
export function readNames(ran: Ran): string[] {
  return parsed(ran, rowsSchema).flatMap(({ results }) => results.map(({ name }) => name));
}

/** `wrangler versions list --json`: ids of the versions that carry a tag. */
export function readTagged(ran: Ran, tag: string): string[] {
  return parsed(ran, versionsSchema)
    .filter(({ annotations }) => annotations?.['workers/tag'] === tag)
    .map(({ id }) => id);
}

/** `wrangler deployments status --json`: ids of the versions that answer requests now. */
export function readLive(ran: Ran): string[] {
  return parsed(ran, deploymentSchema)
    .versions.filter(({ percentage }) => percentage === 100)
    .map(({ version_id }) => version_id);
}

/** `wrangler r2 bucket list`, which has no JSON: blocks of `name: …`. */
export function readBuckets({ out }: Ran): Set<string> {
  return new Set([...out.matchAll(/^name:\s+(\S+)\s*$/gm)].map((match) => match[1] ?? ''));
}

/** `wrangler queues list`, a page of which is a table. */
export function readQueues({ out }: Ran): Queue[] {
  return tableOf(out).map((row) => ({ name: row['name'] ?? '', consumers: Number(row['consumers'] ?? 0) }));
}

/** `wrangler hyperdrive list`, a table too. */
export function readHyperdrives({ out }: Ran): HyperdriveConfig[] {
  return tableOf(out).map((row) => ({
    id: row['id'] ?? '',
    name: row['name'] ?? '',
    caching: row['caching'] !== 'disabled',
  }));
}

/** Rows of a table drawn with lines, by the names of its first row. */
function tableOf(text: string): Record<string, string>[] {
  const rows = text
    .split('\n')
    .filter((line) => line.trimStart().startsWith('│'))
    .map((line) =>
      line
        .trim()
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head, ...body] = rows;
  if (head === undefined) return [];
  return body.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ''])));
}

function parsed<T>({ out }: Ran, schema: z.ZodType<T>): T {
  const result = schema.safeParse(jsonIn(out));
  if (!result.success)
    throw new CommandError(`wrangler answered something else than expected: ${out.slice(0, 300)}`);
  return result.data;
}

/** The JSON value in what was printed, behind lines that wrangler may print before it. */
function jsonIn(text: string): unknown {
  const at = text.search(/^[[{]/m);
  try {
    return at < 0 ? null : JSON.parse(text.slice(at));
  } catch {
    return null;
  }
}
