import { and, eq, lte, sql } from 'drizzle-orm';
import type { PimDue, PimDueOptions } from '../../../../core/ports/pim.ts';
import type { Executor } from '../../../dialect/types.ts';
import type { MailTables } from '../../../schema/mail.ts';
import { askedId } from '../../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped, theseItems } from '../context.ts';

export async function setReminder(
  box: MailboxContext,
  itemId: string,
  modseq: number,
  remindAt: number | null,
): Promise<boolean> {
  return setMark(box, itemId, modseq, { remindAt: remindAt === null ? null : Math.trunc(remindAt) });
}

export async function announced(box: MailboxContext, itemId: string, modseq: number): Promise<boolean> {
  return setMark(box, itemId, modseq, { toAnnounce: 0 });
}

async function setMark(
  box: MailboxContext,
  itemId: string,
  modseq: number,
  set: { remindAt: number | null } | { toAnnounce: 0 },
): Promise<boolean> {
  const { items, objects } = box.tables;
  const mark = box.executor.build
    .update(objects)
    .set(set)
    .where(
      all(
        scoped(box, objects),
        eq(objects.itemId, askedId(itemId)),
        sql`exists (select 1 from ${items}
          where ${theseItems(box, [askedId(itemId)], eq(items.modseq, modseq))})`,
      ),
    );
  // In the writers' order: a change that comes at the same time would be seen with the modseq that it had before.
  const [result] = await box.executor.atomic([mark], { lock: mailboxLock(box) });
  return (result?.changes ?? 0) > 0;
}

/** Of all mailboxes of a tenant in one database. */
export async function duePim(
  { executor, tables: { objects } }: { executor: Executor; tables: MailTables },
  tenantId: string,
  what: 'reminder' | 'announce',
  { until, limit, after = null }: PimDueOptions,
): Promise<PimDue[]> {
  return executor.all(
    executor.build
      .select({ mailboxId: objects.mailboxId, itemId: objects.itemId })
      .from(objects)
      .where(
        and(
          eq(objects.tenantId, tenantId),
          // The words of the partial indexes.
          what === 'reminder'
            ? and(sql`${objects.remindAt} is not null`, lte(objects.remindAt, until))
            : sql`${objects.toAnnounce} = 1`,
          after === null
            ? undefined
            : sql`(${objects.mailboxId}, ${objects.itemId}) > (${askedId(after.mailboxId)}, ${askedId(after.itemId)})`,
        ),
      )
      .orderBy(objects.mailboxId, objects.itemId)
      .limit(limit),
  );
}
