import { eq, lt, sql } from 'drizzle-orm';
import { type AutomaticClaim, CLAIM_KEPT_MS } from '../../../core/ports/automatic.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';

/** One row for whom or what something was sent to; it is taken over when it is too old to count. */
export async function claimAutomatic(
  box: MailboxContext,
  { at, since, ceiling, ...claim }: AutomaticClaim,
): Promise<'taken' | 'before' | 'ceiling'> {
  const { automaticSends: table, mailboxes } = box.tables;
  const { build } = box.executor;
  const kind = fitText(claim.kind, LIMITS.shortText);
  const name = fitText(claim.name, LIMITS.address);
  const itemId = fitText(claim.itemId, LIMITS.id);
  const ofKind = all(scoped(box, table), eq(table.kind, kind));
  const text = (value: string) => sql`cast(${value} as text)`;
  const results = await box.executor.atomic(
    [
      build.delete(table).where(all(ofKind, lt(table.sentAt, at - CLAIM_KEPT_MS))),
      insertSelect(
        build,
        table,
        {
          ...{ tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId },
          ...{ kind: text(kind), name: text(name), itemId: text(itemId), sentAt: int(at) },
        },
        sql`from ${mailboxes} where ${scoped(box, mailboxes)}
          and (select count(*) from ${table} where ${ofKind} and ${table.sentAt} >= ${int(ceiling.from)})
            < ${int(ceiling.count)}`,
      ).onConflictDoUpdate({
        target: [table.mailboxId, table.kind, table.name],
        set: { itemId: sql`excluded.item_id`, sentAt: sql`excluded.sent_at` },
        setWhere: sql`${table.sentAt} < ${int(since)}`,
      }),
      build
        .select({ itemId: table.itemId, sentAt: table.sentAt })
        .from(table)
        .where(all(ofKind, eq(table.name, name))),
    ],
    { lock: mailboxLock(box) },
  );
  const row = results.at(-1)?.rows[0];
  if (row === undefined || Number(row['sent_at']) < since) return 'ceiling';
  return row['item_id'] === itemId ? 'taken' : 'before';
}
