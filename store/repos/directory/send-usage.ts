import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { OutboxStore, SendGuard } from '../../../core/ports/outbox.ts';
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

type SendUsageStore = Pick<OutboxStore, 'sendUsage' | 'forgetSendUsage' | 'getSendLock' | 'putSendLock'>;

export function createSendUsage({
  executor,
  tables: { sendCounters, sendLocks },
}: DirectoryContext): SendUsageStore {
  const total = (column: 'messages' | 'recipients', sinceHour: number) =>
    sql<number>`cast(coalesce(sum(case when ${sendCounters.hour} >= ${int(sinceHour)} then ${sendCounters[column]} else 0 end), 0) as bigint)`;
  const since = (tenantId: string, mailboxId: string, automatic: boolean, hour: number) =>
    and(
      eq(sendCounters.tenantId, tenantId),
      eq(sendCounters.mailboxId, mailboxId),
      eq(sendCounters.automatic, automatic ? 1 : 0),
      gte(sendCounters.hour, hour),
    );
  const isLock = (tenantId: string, mailboxId: string) =>
    and(eq(sendLocks.tenantId, tenantId), eq(sendLocks.mailboxId, mailboxId));

  return {
    async sendUsage({ tenantId, mailboxId }, hour, automatic) {
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
      const [[user], [tenant]] = await executor.read(
        executor.build
          .select({ ...sums, usual })
          .from(sendCounters)
          .where(since(tenantId, mailboxId, automatic, hour - USUAL_HOURS)),
        executor.build
          .select(sums)
          .from(sendCounters)
          .where(since(tenantId, '', automatic, hour - 23)),
      );
      return {
        hour: { messages: Number(user?.hourMessages ?? 0), recipients: Number(user?.hourRecipients ?? 0) },
        day: { messages: Number(user?.dayMessages ?? 0), recipients: Number(user?.dayRecipients ?? 0) },
        tenantHour: {
          messages: Number(tenant?.hourMessages ?? 0),
          recipients: Number(tenant?.hourRecipients ?? 0),
        },
        tenantDay: {
          messages: Number(tenant?.dayMessages ?? 0),
          recipients: Number(tenant?.dayRecipients ?? 0),
        },
        usualRecipients: Number(user?.usual ?? 0),
      };
    },
    async forgetSendUsage(tenantId, beforeHour) {
      await executor.atomic([
        executor.build
          .delete(sendCounters)
          .where(and(eq(sendCounters.tenantId, tenantId), lt(sendCounters.hour, beforeHour))),
      ]);
    },
    async getSendLock(tenantId, mailboxId) {
      const [row] = await executor.all(
        executor.build
          .select({
            lockedAt: sendLocks.lockedAt,
            reason: sendLocks.reason,
            exemptUntil: sendLocks.exemptUntil,
          })
          .from(sendLocks)
          .where(isLock(tenantId, mailboxId)),
      );
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
