import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { auditTables } from '../../schema/audit.ts';
import { directoryTables } from '../../schema/directory.ts';
import type { SchemaKit } from '../../schema/kit.ts';
import { mailTables } from '../../schema/mail.ts';
import { shardMoveTables } from '../../schema/moves.ts';
import { searchTables } from '../../schema/search.ts';

/** Each database is a file of its own here, so that its name plays no part. */
const sqliteKit: SchemaKit = {
  table: (_database, name, columns) => sqliteTable(name, columns),
  text: (name) => text(name),
  integer: (name) => integer(name),
};

export const d1Tables = {
  directory: directoryTables(sqliteKit),
  mail: mailTables(sqliteKit),
  moves: shardMoveTables(sqliteKit),
  search: searchTables(sqliteKit),
  audit: auditTables(sqliteKit),
};
