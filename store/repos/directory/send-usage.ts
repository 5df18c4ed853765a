import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { OutboxStore, SendGuard, SendUsage, SentDay } from '../../../core/ports/outbox.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Hours of the two weeks in which a user's usual rate is looked for. */
export const USUAL_HOURS = 14 * 24;
export const MAX_LOCK_REASON = 300;

interface Counter {
  tenantId: string;
  /** '' for the whole tenant. */
  mailboxId: string;
  automatic: boolean;
  hour: number;
}

/** Statement: adds to a counter when the condition holds. */
export function count(
  { executor, tables: { sendCounters } }: DirectoryContext,
  { tenantId, mailboxId, automatic, hour }: Counter,
  { messages, recipients }: { messages: number; recipients: number },
  when: SQL,
) {
  return insertSelect(
    executor.build,
    sendCounters,
    {
      tenantId,
      mailboxId,
      automatic: int(automatic ? 1 : 0),
      hour: int(hour),
      messages: int(messages),
      recipients: int(recipients),
    },
    sql`where ${when}`,
  ).onConflictDoUpdate({
    target: [sendCounters.tenantId, sendCounters.mailboxId, sendCounters.automatic, sendCounters.hour],
    set: {
      messages: sql`${sendCounters.messages} + ${int(messages)}`,
      recipients: sql`${sendCounters.recipients} + ${int(recipients)}`,
    },
  });
}

/** Condition: with what is added, no more than the guard allows was sent. */
export function holds(
  { tables: { sendCounters } }: DirectoryContext,
  { tenantId, mailboxId }: { tenantId: string; mailboxId: string },
  automatic: boolean,
  { whose, what, sinceHour, max }: SendGuard,
  adding: number,
): SQL {
  const scope = and(
    eq(sendCounters.tenantId, tenantId),
    eq(sendCounters.mailboxId, whose === 'user' ? mailboxId : ''),
    eq(sendCounters.automatic, automatic ? 1 : 0),
    gte(sendCounters.hour, sinceHour),
  );
  const sent = sql`(select coalesce(sum(${sendCounters[what]}), 0) from ${sendCounters} where ${scope})`;
  return sql`${sent} + ${int(adding)} <= ${int(max)}`;
}

type SendUsageStore = Pick<
  OutboxStore,
  'sendUsage' | 'sentByDay' | 'forgetSendUsage' | 'getSendLock' | 'putSendLock'
>;

/** One row for each day, in order. */
export function addDays(rows: readonly SentDay[]): SentDay[] {
  const days = new Map<number, SentDay>();
  for (const row of rows) {
    const sum = days.get(Number(row.day)) ?? { day: Number(row.day), messages: 0, recipients: 0 };
    sum.messages += Number(row.messages);
    sum.recipients += Number(row.recipients);
    days.set(sum.day, sum);
  }
  return [...days.values()].sort((a, b) => a.day - b.day);
}

/** What somebody has sent up to an hour, as statements and what their rows say. */
export function usageQuery(
  { executor, tables: { sendCounters } }: DirectoryContext,
  { tenantId, mailboxId }: Pick<MailboxRef, 'tenantId' | 'mailboxId'>,
  hour: number,
  automatic: boolean,
) {
  const total = (column: 'messages' | 'recipients', sinceHour: number) =>
    sql<number>`cast(coalesce(sum(case when ${sendCounters.hour} >= ${int(sinceHour)} then ${sendCounters[column]} else 0 end), 0) as bigint)`;
  const since = (whose: string, first: number) =>
    and(
      eq(sendCounters.tenantId, tenantId),
      eq(sendCounters.mailboxId, whose),
      eq(sendCounters.automatic, automatic ? 1 : 0),
      gte(sendCounters.hour, first),
    );
  const sums = {
    hourMessages: total('messages', hour).as('hour_messages'),
    hourRecipients: total('recipients', hour).as('hour_recipients'),
    dayMessages: total('messages', hour - 23).as('day_messages'),
    dayRecipients: total('recipients', hour - 23).as('day_recipients'),
  };
  const usual =
    sql<number>`cast(coalesce(max(case when ${sendCounters.hour} < ${int(hour)} then ${sendCounters.recipients} else 0 end), 0) as bigint)`.as(
      'usual',
    );
  return {
    user: executor.build
      .select({ ...sums, usual })
      .from(sendCounters)
      .where(since(mailboxId, hour - USUAL_HOURS)),
    tenant: executor.build
      .select(sums)
      .from(sendCounters)
      .where(since('', hour - 23)),
  };
}

interface Sums {
  hourMessages: number;
  hourRecipients: number;
  dayMessages: number;
  dayRecipients: number;
}

export function usageOf(user: (Sums & { usual: number }) | undefined, tenant: Sums | undefined): SendUsage {
  const hour = (sums: Sums | undefined) => ({
    messages: Number(sums?.hourMessages ?? 0),
    recipients: Number(sums?.hourRecipients ?? 0),
  });
  const day = (sums: Sums | undefined) => ({
    messages: Number(sums?.dayMessages ?? 0),
    recipients: Number(sums?.dayRecipients ?? 0),
  });
  return {
    ...{ hour: hour(user), day: day(user), tenantHour: hour(tenant), tenantDay: day(tenant) },
    usualRecipients: Number(user?.usual ?? 0),
  };
}

/** The lock of a mailbox, as a statement. */
export function lockQuery(
  { executor, tables: { sendLocks } }: DirectoryContext,
  tenantId: string,
  mailboxId: string,
) {
  return executor.build
    .select({
      lockedAt: sendLocks.lockedAt,
      reason: sendLocks.reason,
      exemptUntil: sendLocks.exemptUntil,
    })
    .from(sendLocks)
    .where(and(eq(sendLocks.tenantId, tenantId), eq(sendLocks.mailboxId, mailboxId)));
}

export function createSendUsage(context: DirectoryContext): SendUsageStore {
  const {
    executor,
    tables: { sendCounters, sendLocks },
  } = context;
  return {
    async sendUsage(ref, hour, automatic) {
      const query = usageQuery(context, ref, hour, automatic);
      const [[user], [tenant]] = await executor.read(query.user, query.tenant);
      return usageOf(user, tenant);
    },
    async sentByDay(tenantIds, sinceDay) {
      if (tenantIds.length === 0) return [];
      const day = sql<number>`${sendCounters.hour} / 24`;
      const lists = (await executor.read(
        ...tenantIds.map((tenantId) =>
          executor.build
            .select({
              day: day.as('day'),
              messages: sql<number>`cast(sum(${sendCounters.messages}) as bigint)`.as('messages'),
              recipients: sql<number>`cast(sum(${sendCounters.recipients}) as bigint)`.as('recipients'),
            })
            .from(sendCounters)
            .where(
              and(
                eq(sendCounters.tenantId, tenantId),
                eq(sendCounters.mailboxId, ''),
                gte(sendCounters.hour, sinceDay * 24),
              ),
            )
            .groupBy(day),
        ),
      )) as SentDay[][];
      return addDays(lists.flat());
    },
    async forgetSendUsage(tenantId, beforeHour) {
      await executor.atomic([
        executor.build
          .delete(sendCounters)
          .where(and(eq(sendCounters.tenantId, tenantId), lt(sendCounters.hour, beforeHour))),
      ]);
    },
    async getSendLock(tenantId, mailboxId) {
      const [row] = await executor.all(lockQuery(context, tenantId, mailboxId));
      return row ?? null;
    },
    async putSendLock(tenantId, mailboxId, { lockedAt, reason, exemptUntil }) {
      const values = { lockedAt, reason: fitText(reason, MAX_LOCK_REASON), exemptUntil };
      await executor.atomic([
        executor.build
          .insert(sendLocks)
          .values({ tenantId, mailboxId, ...values })
          .onConflictDoUpdate({ target: [sendLocks.tenantId, sendLocks.mailboxId], set: values }),
      ]);
    },
  };
}
