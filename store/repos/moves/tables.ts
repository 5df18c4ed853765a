import { type Column, getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { MailTables } from '../../schema/mail.ts';

interface Kind {
  /** The rest of the primary key, after tenant and mailbox, by the names of the schema. */
  key: readonly string[];
  /** Rows of one page. */
  rows: number;
  /** The primary key begins with the tenant, not with the mailbox. */
  byTenant?: true;
}

/** Rows that are short, and those that may have a quarter of a megabyte (MAX_DOCUMENT_BYTES). */
const SHORT = 500;
const MIDDLE = 150;
const LONG = 24;

const short = (...key: string[]): Kind => ({ key, rows: SHORT });

/**
 * Every table of a mail shard: a table that is added to the schema and not to this list does not compile. A test compares
 * the keys with those of the migrations.
 */
const KINDS: Readonly<Record<keyof MailTables, Kind>> = {
  mailboxes: short(),
  folders: { key: ['folderId'], rows: MIDDLE },
  items: short('itemId'),
  messages: { key: ['itemId'], rows: MIDDLE },
  messageParts: short('itemId', 'partNo'),
  objects: { key: ['itemId'], rows: LONG },
  correspondents: short('itemId'),
  conversationRules: short('threadId'),
  ruleSets: short(),
  rules: { key: ['ruleId'], rows: LONG },
  deliveryReports: short('itemId', 'recipient', 'kind'),
  quarantined: { key: ['itemId'], rows: MIDDLE },
  automaticSends: short('kind', 'name'),
  spamTokens: { ...short('token'), byTenant: true },
  spamLabels: short('itemId'),
  mailboxSettings: { key: ['name'], rows: LONG },
  messageIdAliases: short('alias'),
  tombstones: short('folderId', 'itemId'),
  removedMessages: { key: ['rawKey'], rows: MIDDLE },
  actionHeads: short(),
  acl: short('folderId', 'granteeId'),
};

export interface MovedTable {
  /** In the database. */
  name: string;
  table: SQLiteTable & { tenantId: Column; mailboxId: Column };
  columns: Column[];
  key: Column[];
  /** Positions of the key in the columns. */
  keyAt: number[];
  rows: number;
  byTenant: boolean;
}

export function movedTables(tables: MailTables): Map<string, MovedTable> {
  return new Map(
    (Object.keys(KINDS) as (keyof MailTables)[]).map((own) => {
      const table = tables[own] as unknown as MovedTable['table'];
      const byOwnName = getTableColumns(table) as Record<string, Column>;
      const columns = Object.values(byOwnName);
      const key = KINDS[own].key.map((name) => {
        const column = byOwnName[name];
        if (column === undefined) throw new Error(`store: ${own} has no ${name}`);
        return column;
      });
      const name = getTableName(table);
      return [
        name,
        {
          ...{ name, table, columns, key, keyAt: key.map((one) => columns.indexOf(one)) },
          ...{ rows: KINDS[own].rows, byTenant: KINDS[own].byTenant ?? false },
        },
      ];
    }),
  );
}
