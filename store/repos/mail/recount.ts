import { count, sql } from 'drizzle-orm';
import type { Counters } from '../../../core/ports/removed.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';

/**
 * Counts what the counters stand for (I15) and writes it down where it differs, in the writers' order of the mailbox:
 * no change of another can fall between the count and the mending.
 */
export async function recount(box: MailboxContext): Promise<{ before: Counters; counted: Counters }> {
  const { items, mailboxes, messages } = box.tables;
  const { build } = box.executor;
  const size = sql<number>`(select coalesce(sum(${items.size}), 0) from ${items} where ${scoped(box, items)})`;
  const number = build.select({ n: count() }).from(messages).where(scoped(box, messages));
  const counters = build
    .select({ sizeBytes: mailboxes.sizeBytes, itemCount: mailboxes.itemCount })
    .from(mailboxes)
    .where(scoped(box, mailboxes));
  const [before, , after] = await box.executor.atomic(
    [
      counters,
      build
        .update(mailboxes)
        .set({ sizeBytes: size, itemCount: sql`(${number})` })
        .where(
          all(
            scoped(box, mailboxes),
            sql`(${mailboxes.sizeBytes} <> ${size} or ${mailboxes.itemCount} <> (${number}))`,
          ),
        ),
      counters,
    ],
    { lock: mailboxLock(box) },
  );
  return { before: countersOf(before?.rows[0]), counted: countersOf(after?.rows[0]) };
}

function countersOf(row: Record<string, unknown> | undefined): Counters {
  return { sizeBytes: Number(row?.['size_bytes'] ?? 0), itemCount: Number(row?.['item_count'] ?? 0) };
}
