import { and, desc, eq, gt, gte, ne, type SQL, sql } from 'drizzle-orm';
import { slices } from '../../dialect/json-chunks.ts';
import { given } from '../../dialect/statements.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import { IDS_PER_STATEMENT, type MailboxContext, scoped } from './context.ts';

/** Thread of the first of these Message-IDs that the mailbox holds. */
export async function threadOf(box: MailboxContext, messageIds: readonly string[]): Promise<string | null> {
  const { messages, messageIdAliases: aliases } = box.tables;
  const wanted = messageIds.map((id) => fitText(id, LIMITS.messageId));
  for (const slice of slices(wanted, IDS_PER_STATEMENT)) {
    const input = box.executor.dialect.rows(JSON.stringify(slice.map((id) => [id])), [
      messages.messageIdHeader,
    ]);
    // One probe for each id, however many messages claim the same Message-ID.
    const named = given(messages.messageIdHeader);
    const found = (id: SQL) => sql`(select ${messages.threadId} from ${messages}
      where ${scoped(box, messages)} and ${messages.messageIdHeader} = ${id}
      order by ${messages.itemId} limit 1)`;
    const meant = sql`(select ${aliases.messageId} from ${aliases}
      where ${scoped(box, aliases)} and ${aliases.alias} = ${named})`;
    const thread = sql<string | null>`coalesce(${found(named)}, ${found(meant)})`;
    const rows = await box.executor.all(
      box.executor.build
        .select({ ord: sql<number>`input.ord`.as('ord'), threadId: thread.as('thread_id') })
        .from(input),
    );
    const [best] = rows.filter((row) => row.threadId !== null).sort((a, b) => a.ord - b.ord);
    if (best !== undefined) return best.threadId;
  }
  return null;
}

export async function threadOfSubject(
  box: MailboxContext,
  baseSubject: string,
  since: number,
): Promise<string | null> {
  const { messages } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select({ threadId: messages.threadId })
      .from(messages)
      .where(
        and(
          scoped(box, messages),
          eq(messages.baseSubject, fitText(baseSubject, LIMITS.baseSubject)),
          // The words of the partial index: mail without a subject has nothing in common.
          sql`${messages.baseSubject} <> ''`,
          gte(messages.receivedAt, since),
        ),
      )
      .orderBy(desc(messages.receivedAt), desc(messages.itemId))
      .limit(1),
  );
  return row?.threadId ?? null;
}

export async function knownRawKeys(box: MailboxContext, rawKeys: readonly string[]): Promise<Set<string>> {
  const { messages, tombstones, quarantined } = box.tables;
  const { build, dialect } = box.executor;
  const known = new Set<string>();
  for (const slice of slices(rawKeys, IDS_PER_STATEMENT)) {
    const [live, gone, held] = await box.executor.read(
      build
        .select({ rawKey: messages.rawKey })
        .from(messages)
        .where(and(scoped(box, messages), dialect.isIn(messages.rawKey, slice))),
      build
        .select({ rawKey: tombstones.rawKey })
        .from(tombstones)
        .where(and(scoped(box, tombstones), dialect.isIn(tombstones.rawKey, slice))),
      // What was released is to be placed: until then nobody knows it.
      build
        .select({ rawKey: quarantined.rawKey })
        .from(quarantined)
        .where(
          and(
            scoped(box, quarantined),
            dialect.isIn(quarantined.rawKey, slice),
            ne(quarantined.state, 'released'),
          ),
        ),
    );
    for (const { rawKey } of [...live, ...gone, ...held]) if (rawKey !== null) known.add(rawKey);
  }
  return known;
}

export async function rawKeysAfter(
  box: MailboxContext,
  afterItemId: string,
  limit: number,
): Promise<{ itemId: string; rawKey: string }[]> {
  const { messages } = box.tables;
  return box.executor.all(
    box.executor.build
      .select({ itemId: messages.itemId, rawKey: messages.rawKey })
      .from(messages)
      .where(and(scoped(box, messages), gt(messages.itemId, afterItemId)))
      .orderBy(messages.itemId)
      .limit(limit),
  );
}
