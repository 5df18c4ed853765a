import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

interface Bindings {
  DIRECTORY: D1Database;
  MAIL_1: D1Database;
  MAIL_2: D1Database;
  SEARCH: D1Database;
  AUDIT: D1Database;
  BLOBS: R2Bucket;
  HYPERDRIVE: Hyperdrive;
  MIGRATIONS: Record<string, D1Migration[]>;
}

/** Bindings of wrangler.jsonc and of vitest.config.ts. */
export const bindings = env as unknown as Bindings;

/** Applies the project's migrations to every database. */
export async function migrateD1(): Promise<void> {
  const { DIRECTORY, MAIL_1, MAIL_2, SEARCH, AUDIT, MIGRATIONS } = bindings;
  const of = (name: string) => MIGRATIONS[name] ?? [];
  await applyD1Migrations(DIRECTORY, of('directory'));
  await applyD1Migrations(MAIL_1, of('mail'));
  await applyD1Migrations(MAIL_2, of('mail'));
  await applyD1Migrations(SEARCH, of('search'));
  await applyD1Migrations(AUDIT, of('audit'));
}
