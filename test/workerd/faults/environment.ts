/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import type { Env } from '../../../platform/env.ts';

const env = bindings as unknown as Env & {
  MIGRATIONS: Record<'directory' | 'mail' | 'search' | 'audit', D1Migration[]>;
  MAIL_1: D1Database;
  MAIL_2: D1Database;
};

/** The bindings of the test Worker with every migration applied. */
export async function migratedEnv(): Promise<Env> {
  const { directory, mail, search, audit } = env.MIGRATIONS;
  await applyD1Migrations(env.DIRECTORY, directory);
  await applyD1Migrations(env.MAIL_1, mail);
  await applyD1Migrations(env.MAIL_2, mail);
  await applyD1Migrations(env.SEARCH, search);
  await applyD1Migrations(env.AUDIT, audit);
  return env;
}
