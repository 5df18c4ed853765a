import {
  bigint,
  type PgColumnBuilderBase,
  PgDatabase,
  PgDialect,
  type PgPreparedQuery,
  type PgSchema,
  PgSession,
  pgSchema,
  text,
} from 'drizzle-orm/pg-core';
import { auditTables } from '../../schema/audit.ts';
import { directoryTables } from '../../schema/directory.ts';
import type { DatabaseName, SchemaKit } from '../../schema/kit.ts';
import { mailTables } from '../../schema/mail.ts';
import { shardMoveTables } from '../../schema/moves.ts';
import { searchTables } from '../../schema/search.ts';
import { CapturedQuery } from '../capture.ts';
import type { QueryBuilder } from '../types.ts';

/**
 * The one place where PostgreSQL's tables and query builder are given the SQLite types that the repositories are
 * written against. At run time the builders of the two have the same methods, every column is text or an integer
 * read as a number, and nothing here runs a statement, so that what the types say of drivers is never used.
 */
const schemas: Record<DatabaseName, PgSchema> = {
  directory: pgSchema('directory'),
  mail: pgSchema('mail_state'),
  search: pgSchema('search'),
  audit: pgSchema('audit'),
};

const postgresKit = {
  table: (database: DatabaseName, name: string, columns: Record<string, PgColumnBuilderBase>) =>
    schemas[database].table(name, columns),
  text: (name: string) => text(name),
  integer: (name: string) => bigint(name, { mode: 'number' }),
} as unknown as SchemaKit;

export const postgresTables = {
  directory: directoryTables(postgresKit),
  mail: mailTables(postgresKit),
  moves: shardMoveTables(postgresKit),
  search: searchTables(postgresKit),
  audit: auditTables(postgresKit),
};

class CaptureSession extends PgSession {
  override prepareQuery(...[query, fields]: Parameters<PgSession['prepareQuery']>) {
    return new CapturedQuery(query, fields) as unknown as PgPreparedQuery<never>;
  }

  override transaction(): never {
    throw new Error('store: use atomic()');
  }
}

export const postgresLanguage = new PgDialect();

export const postgresBuilder = new PgDatabase(
  postgresLanguage,
  new CaptureSession(postgresLanguage),
  undefined,
) as unknown as QueryBuilder;
