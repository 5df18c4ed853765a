import { and, asc, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { MailAddress, MessageFlag } from '../../../core/mail/types.ts';
import type { RemovedCursor, RemovedMessage } from '../../../core/ports/removed.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { replacedFolder } from '../../normalise.ts';
import { askedId } from '../../text.ts';
import { all, IDS_PER_STATEMENT, type MailboxContext, mailboxLock, scoped } from './context.ts';
import { listFolders } from './folders.ts';

/** Statement that notes the messages of the items that `which` selects as removed from the folder `folderId`. */
export function noteRemoved(box: MailboxContext, which: SQL, folderId: SQL, now: number) {
  const { items, messages, removedMessages } = box.tables;
  return insertSelect(
    box.executor.build,
    removedMessages,
    {
      tenantId: box.ref.tenantId,
      mailboxId: box.ref.mailboxId,
      rawKey: messages.rawKey,
      itemId: items.itemId,
      folderId,
      removedAt: int(now),
      receivedAt: items.receivedAt,
      size: items.size,
      subject: messages.subject,
      addresses: messages.addresses,
      isRead: items.isRead,
      isDraft: items.isDraft,
      flag: items.flag,
      categories: items.categories,
      purging: sql`0`,
    },
    sql`from ${items} join ${messages} on ${all(scoped(box, messages), eq(messages.itemId, items.itemId))}
      where ${which}`,
  ).onConflictDoNothing();
}

/** Rows that a person may see and bring back. */
function recoverable({ tables: { removedMessages } }: MailboxContext): SQL {
  return sql`${removedMessages.purging} = 0
    and ${removedMessages.folderId} <> ${replacedFolder('')} || ${removedMessages.rawKey}`;
}

export async function removedAfter(
  box: MailboxContext,
  { since = 0, before = null, limit }: { since?: number; before?: RemovedCursor | null; limit: number },
): Promise<RemovedMessage[]> {
  const { removedMessages: removed } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select(fields(box))
      .from(removed)
      .where(
        and(
          scoped(box, removed),
          gte(removed.removedAt, since),
          before === null
            ? undefined
            : sql`(${removed.removedAt}, ${removed.rawKey}) < (${before.removedAt}, ${askedId(before.rawKey)})`,
          recoverable(box),
        ),
      )
      .orderBy(desc(removed.removedAt), desc(removed.rawKey))
      .limit(limit),
  );
  return rows.map(removedMessage);
}

export async function removedOf(box: MailboxContext, itemId: string): Promise<RemovedMessage | null> {
  const { removedMessages: removed } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select(fields(box))
      .from(removed)
      .where(and(scoped(box, removed), eq(removed.itemId, askedId(itemId)), recoverable(box)))
      .orderBy(desc(removed.removedAt), desc(removed.rawKey))
      .limit(1),
  );
  return row === undefined ? null : removedMessage(row);
}

export async function formerFolders(box: MailboxContext, itemId: string): Promise<string[]> {
  const { tombstones } = box.tables;
  // One probe for each folder there is: the key begins with the folder.
  const folders = (await listFolders(box)).map((folder) => folder.folderId);
  const rows = await box.executor.all(
    box.executor.build
      .select({ folderId: tombstones.folderId })
      .from(tombstones)
      .where(
        and(
          scoped(box, tombstones),
          box.executor.dialect.isIn(tombstones.folderId, folders),
          eq(tombstones.itemId, askedId(itemId)),
        ),
      )
      .orderBy(desc(tombstones.modseq)),
  );
  return rows.map((row) => row.folderId);
}

/**
 * Marks first, in the writers' order of the mailbox: `restore` and this never take the same message. A raw that a
 * message has all the same is not ours to purge, and its note is dropped.
 */
export async function beginPurge(
  box: MailboxContext,
  removedBefore: number,
  limit: number,
): Promise<string[]> {
  const { messages, removedMessages: removed } = box.tables;
  const { build, dialect } = box.executor;
  const due = await box.executor.all(
    build
      .select({ rawKey: removed.rawKey })
      .from(removed)
      .where(and(scoped(box, removed), lt(removed.removedAt, removedBefore)))
      .orderBy(asc(removed.removedAt), asc(removed.rawKey))
      .limit(limit),
  );
  if (due.length === 0) return [];
  const keys = due.map((row) => row.rawKey);
  const these = all(
    scoped(box, removed),
    dialect.isIn(removed.rawKey, keys),
    lt(removed.removedAt, removedBefore),
  );
  const [, marked] = await box.executor.atomic(
    [
      build.delete(removed).where(
        all(
          these,
          inArray(
            removed.rawKey,
            sql`(select ${messages.rawKey} from ${messages}
                where ${scoped(box, messages)} and ${dialect.isIn(messages.rawKey, keys)})`,
          ),
        ),
      ),
      build.update(removed).set({ purging: 1 }).where(these).returning({ rawKey: removed.rawKey }),
    ],
    { lock: mailboxLock(box) },
  );
  return (marked?.rows ?? []).map((row) => String(row['raw_key']));
}

export async function endPurge(box: MailboxContext, rawKeys: readonly string[]): Promise<void> {
  const { removedMessages: removed } = box.tables;
  for (const slice of slices(rawKeys, IDS_PER_STATEMENT)) {
    await box.executor.atomic([
      box.executor.build
        .delete(removed)
        .where(
          all(scoped(box, removed), box.executor.dialect.isIn(removed.rawKey, slice), eq(removed.purging, 1)),
        ),
    ]);
  }
}

function fields({ tables: { removedMessages: removed } }: MailboxContext) {
  return {
    rawKey: removed.rawKey,
    itemId: removed.itemId,
    folderId: removed.folderId,
    removedAt: removed.removedAt,
    receivedAt: removed.receivedAt,
    size: removed.size,
    subject: removed.subject,
    addresses: removed.addresses,
    isRead: removed.isRead,
    isDraft: removed.isDraft,
    flag: removed.flag,
    categories: removed.categories,
  };
}

interface RemovedRow extends Omit<RemovedMessage, 'from' | 'isRead' | 'isDraft' | 'flag' | 'categories'> {
  addresses: string;
  isRead: number;
  isDraft: number;
  flag: string | null;
  categories: string;
}

function removedMessage({
  addresses,
  isRead,
  isDraft,
  flag,
  categories,
  ...row
}: RemovedRow): RemovedMessage {
  return {
    ...row,
    from: (JSON.parse(addresses) as { from?: MailAddress[] }).from ?? [],
    isRead: isRead === 1,
    isDraft: isDraft === 1,
    flag: flag === null ? null : (JSON.parse(flag) as MessageFlag),
    categories: JSON.parse(categories) as string[],
  };
}
