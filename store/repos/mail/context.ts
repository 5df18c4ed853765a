import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { Executor } from '../../dialect/types.ts';
import type { MailTables } from '../../schema/mail.ts';

/** One mailbox of one shard: what every operation in this folder works on. */
export interface MailboxContext {
  ref: MailboxRef;
  executor: Executor;
  tables: MailTables;
}

interface ScopedTable {
  tenantId: SQLiteColumn;
  mailboxId: SQLiteColumn;
}

/** The condition that every mention of a table carries (I25). */
export function scoped({ ref }: MailboxContext, table: ScopedTable): SQL {
  return all(eq(table.tenantId, ref.tenantId), eq(table.mailboxId, ref.mailboxId));
}

/** `and` of conditions of which one at least is there. */
export function all(...conditions: (SQL | undefined)[]): SQL {
  return and(...conditions) ?? sql`true`;
}

/** Items of this mailbox with one of these ids, and more conditions. */
export function theseItems(
  box: MailboxContext,
  itemIds: readonly string[],
  ...more: (SQL | undefined)[]
): SQL {
  const { items } = box.tables;
  return all(scoped(box, items), box.executor.dialect.isIn(items.itemId, itemIds), ...more);
}

/** The mailbox's own row: writers of one mailbox wait for each other on it. */
export function mailboxLock(box: MailboxContext) {
  const { mailboxes } = box.tables;
  return box.executor.build
    .select({ modseq: mailboxes.modseq })
    .from(mailboxes)
    .where(scoped(box, mailboxes));
}

/** Sub-select of the newest modseq that was given out. */
export function mailboxModseq(box: MailboxContext): SQL {
  const { mailboxes } = box.tables;
  return sql`(select ${mailboxes.modseq} from ${mailboxes} where ${scoped(box, mailboxes)})`;
}

/**
 * True for an item that an earlier statement of the same atomic list has numbered: its modseq is beyond what the
 * mailbox has given out so far. The last statement of every list raises the mailbox to it.
 */
export function justNumbered(box: MailboxContext): SQL {
  return sql`${box.tables.items.modseq} > ${mailboxModseq(box)}`;
}

/** How many ids one statement handles; lists of any length are cut into that many. */
export const IDS_PER_STATEMENT = 2000;
