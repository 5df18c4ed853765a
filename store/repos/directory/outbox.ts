import { and, asc, desc, eq, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { OutboxEntry, OutboxStore } from '../../../core/ports/outbox.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { askedId } from '../../text.ts';
import { entryOf, entryRow, progressRow } from './outbox-rows.ts';
import { count, createSendUsage, holds, lockQuery, usageOf, usageQuery } from './send-usage.ts';
import { type DirectoryContext, tenantLock } from './tenants.ts';

export function createOutboxStore(context: DirectoryContext): OutboxStore {
  const { executor, tables } = context;
  const { outbox } = tables;
  const { counted: _, ...fields } = {
    submissionId: outbox.submissionId,
    tenantId: outbox.tenantId,
    mailboxId: outbox.mailboxId,
    shard: outbox.shard,
    rawKey: outbox.rawKey,
    rawSize: outbox.rawSize,
    mailFrom: outbox.mailFrom,
    saveInSent: outbox.saveInSent,
    state: outbox.state,
    recipients: outbox.recipients,
    correlationId: outbox.correlationId,
    createdAt: outbox.createdAt,
    updatedAt: outbox.updatedAt,
    revision: outbox.revision,
    fromDomain: outbox.fromDomain,
    messageId: outbox.messageId,
    automatic: outbox.automatic,
    notBefore: outbox.notBefore,
    begun: outbox.begun,
    copied: outbox.copied,
    counted: outbox.counted,
    nextAttemptAt: outbox.nextAttemptAt,
    claim: outbox.claim,
    signature: outbox.signature,
    reports: outbox.reports,
  };

  const isEntry = ({ tenantId, mailboxId }: Pick<MailboxRef, 'tenantId' | 'mailboxId'>, id: string) =>
    and(eq(outbox.tenantId, tenantId), eq(outbox.mailboxId, mailboxId), eq(outbox.submissionId, id));

  const one = (ref: MailboxRef, submissionId: string) =>
    executor.build.select(fields).from(outbox).where(isEntry(ref, submissionId));

  async function select(which: SQL | undefined, order: SQL[], limit: number): Promise<OutboxEntry[]> {
    const rows = await executor.all(
      executor.build
        .select(fields)
        .from(outbox)
        .where(which)
        .orderBy(...order)
        .limit(limit),
    );
    return rows.map(entryOf);
  }

  return {
    async addEntry(entry, guards = []) {
      const { ref, submissionId, createdAt, automatic, recipients } = entry;
      const row = entryRow(entry);
      const amount = { messages: 1, recipients: recipients.length };
      const hour = Math.floor(createdAt / 3_600_000);
      const mine = sql`${isEntry(ref, submissionId)} and ${outbox.counted} = 0`;
      const isNew = sql`exists (select 1 from ${outbox} where ${mine})`;
      const conditions = guards.map((guard) => holds(context, ref, automatic, guard, amount[guard.what]));
      const values = Object.fromEntries(
        Object.entries({ ...row, counted: 0 }).map(([key, value]) => [
          key,
          typeof value === 'number' ? int(value) : value,
        ]),
      ) as Record<keyof typeof row | 'counted', SQL | string>;
      const [inserted, , , , present] = await executor.atomic(
        [
          insertSelect(
            executor.build,
            outbox,
            values,
            sql`where ${sql.join([sql`1 = 1`, ...conditions], sql` and `)}`,
          ).onConflictDoNothing(),
          // Only of the entry that was inserted just now: another of its id is counted already.
          count(context, { ...ref, automatic, hour }, amount, isNew),
          count(context, { ...ref, mailboxId: '', automatic, hour }, amount, isNew),
          executor.build.update(outbox).set({ counted: 1 }).where(mine),
          executor.build
            .select({ submissionId: outbox.submissionId })
            .from(outbox)
            .where(isEntry(ref, submissionId)),
        ],
        // Two at the same moment must not both be the last one that a limit lets through.
        guards.length === 0 ? {} : { lock: tenantLock(context, ref.tenantId) },
      );
      if (inserted?.changes === 1) return 'added';
      return (present?.rows.length ?? 0) > 0 ? 'present' : 'limited';
    },
    async getEntry(ref, submissionId) {
      const [row] = await executor.all(one(ref, submissionId));
      return row === undefined ? null : entryOf(row);
    },
    async getEntries(wanted) {
      if (wanted.length === 0) return [];
      const rows = await executor.read(...wanted.map(({ ref, submissionId }) => one(ref, submissionId)));
      return rows.flat().map(entryOf);
    },
    async beforeSending(ref, submissionId, hour, automatic) {
      const query = usageQuery(context, ref, hour, automatic);
      const [[entry], [user], [tenant], [lock]] = await executor.read(
        one(ref, submissionId),
        query.user,
        query.tenant,
        lockQuery(context, ref.tenantId, ref.mailboxId),
      );
      return {
        entry: entry === undefined ? null : entryOf(entry),
        usage: usageOf(user, tenant),
        lock: lock ?? null,
      };
    },
    async updateEntry({ ref, submissionId, revision }, to) {
      const [updated] = await executor.atomic([
        executor.build
          .update(outbox)
          .set({ ...progressRow(to), revision: revision + 1 })
          .where(and(isEntry(ref, submissionId), eq(outbox.revision, revision))),
      ]);
      return updated?.changes === 1;
    },
    dueEntries: (tenantId, at, limit) =>
      select(
        and(eq(outbox.tenantId, tenantId), eq(outbox.state, 'open'), lte(outbox.nextAttemptAt, at)),
        [asc(outbox.nextAttemptAt), asc(outbox.submissionId)],
        limit,
      ),
    async countOpen(tenantIds, at) {
      const sums = { due: 0, scheduled: 0 };
      for (let from = 0; from < tenantIds.length; from += TENANTS_AT_ONCE) {
        const counts = await executor.read(
          ...tenantIds.slice(from, from + TENANTS_AT_ONCE).map((tenantId) =>
            executor.build
              .select({
                open: sql<number>`count(*)`,
                due: sql<number>`coalesce(sum(case when ${outbox.nextAttemptAt} <= ${int(at)} then 1 else 0 end), 0)`,
              })
              .from(outbox)
              .where(and(eq(outbox.tenantId, tenantId), eq(outbox.state, 'open'))),
          ),
        );
        for (const { open, due } of counts.flat()) {
          sums.due += Number(due);
          sums.scheduled += Number(open) - Number(due);
        }
      }
      return sums;
    },
    listEntries: ({ tenantId, mailboxId, state }, before, limit) =>
      select(
        and(
          eq(outbox.tenantId, tenantId),
          mailboxId === undefined ? undefined : eq(outbox.mailboxId, mailboxId),
          state === undefined ? undefined : eq(outbox.state, state),
          before === null
            ? undefined
            : sql`(${outbox.createdAt}, ${outbox.submissionId}) < (${int(before.createdAt)}, ${askedId(before.submissionId)})`,
        ),
        [desc(outbox.createdAt), desc(outbox.submissionId)],
        limit,
      ),
    async forgetEntries(tenantId, touchedBefore, limit) {
      const old = await executor.all(
        executor.build
          .select({ submissionId: outbox.submissionId, rawKey: outbox.rawKey })
          .from(outbox)
          .where(
            and(eq(outbox.tenantId, tenantId), eq(outbox.state, 'done'), lt(outbox.updatedAt, touchedBefore)),
          )
          .orderBy(asc(outbox.updatedAt))
          .limit(Math.min(limit, MAX_FORGOTTEN)),
      );
      if (old.length === 0) return [];
      await executor.atomic([
        executor.build.delete(outbox).where(
          and(
            eq(outbox.tenantId, tenantId),
            eq(outbox.state, 'done'),
            lt(outbox.updatedAt, touchedBefore),
            inArray(
              outbox.submissionId,
              old.map(({ submissionId }) => submissionId),
            ),
          ),
        ),
      ]);
      return old.map(({ rawKey }) => rawKey);
    },
    ...createSendUsage(context),
  };
}

/** A statement has at most 100 parameters. */
const MAX_FORGOTTEN = 90;
/** Statements of one round trip. */
const TENANTS_AT_ONCE = 50;
