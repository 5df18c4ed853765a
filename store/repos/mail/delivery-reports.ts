import { eq, type SQL, sql } from 'drizzle-orm';
import type { DeliveryKind, DeliveryReport } from '../../../core/ports/automatic.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { LIMITS, normaliseReports } from '../../normalise.ts';
import { askedId, compareText, fitText } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';

/** What was told of the recipients of sent messages: the newest of each kind stays. */
export async function noteDelivery(box: MailboxContext, reports: readonly DeliveryReport[]): Promise<void> {
  const { deliveryReports: table, items } = box.tables;
  const { build, dialect } = box.executor;
  const rows = normaliseReports(reports);
  if (rows.length === 0) return;
  const columns = [
    table.itemId,
    table.recipient,
    table.kind,
    table.status,
    table.text,
    table.reportedAt,
    table.reportId,
  ];
  const json = JSON.stringify(
    rows.map((r) => [r.itemId, r.recipient, r.kind, r.status, r.text, r.reportedAt, r.reportId]),
  );
  await box.executor.atomic(
    [
      insertSelect(
        build,
        table,
        {
          ...{ tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId, itemId: items.itemId },
          ...{ recipient: given(table.recipient), kind: given(table.kind), status: given(table.status) },
          ...{
            text: given(table.text),
            reportedAt: given(table.reportedAt),
            reportId: given(table.reportId),
          },
        },
        sql`from ${dialect.rows(json, columns)} cross join ${items}
          where ${scoped(box, items)} and ${items.itemId} = ${given(table.itemId)}`,
      ).onConflictDoUpdate({
        target: [table.mailboxId, table.itemId, table.recipient, table.kind],
        set: {
          status: sql`excluded.status`,
          text: sql`excluded.text`,
          reportedAt: sql`excluded.reported_at`,
          reportId: sql`excluded.report_id`,
        },
        setWhere: sql`excluded.reported_at > ${table.reportedAt}`,
      }),
    ],
    { lock: mailboxLock(box) },
  );
}

export async function deliveryReports(box: MailboxContext, itemId: string): Promise<DeliveryReport[]> {
  const { deliveryReports: table } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({
        itemId: table.itemId,
        recipient: table.recipient,
        kind: table.kind,
        status: table.status,
        text: table.text,
        reportedAt: table.reportedAt,
        reportId: table.reportId,
      })
      .from(table)
      .where(all(scoped(box, table), eq(table.itemId, askedId(itemId)))),
  );
  return rows
    .map((row) => ({ ...row, kind: row.kind as DeliveryKind }))
    .sort((a, b) => compareText(a.recipient, b.recipient) || compareText(a.kind, b.kind));
}

export async function itemsWithMessageId(
  box: MailboxContext,
  messageId: string,
  limit: number,
): Promise<string[]> {
  const { messages, messageIdAliases: aliases } = box.tables;
  const id = fitText(messageId, LIMITS.messageId);
  const meant = sql`(select ${aliases.messageId} from ${aliases}
    where ${scoped(box, aliases)} and ${aliases.alias} = ${id})`;
  // Two probes: of both at once SQLite would walk through the mailbox to have them in order.
  const named = (name: SQL) =>
    box.executor.build
      .select({ itemId: messages.itemId })
      .from(messages)
      .where(all(scoped(box, messages), sql`${messages.messageIdHeader} = ${name}`))
      .orderBy(messages.itemId)
      .limit(limit);
  const [own, other] = await box.executor.read(named(sql`${id}`), named(meant));
  return [...new Set([...own, ...other].map((row) => row.itemId))].sort(compareText).slice(0, limit);
}
