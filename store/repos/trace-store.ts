import { and, asc, desc, eq, getTableColumns, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { TraceFilter, TraceMessage, TraceStep, TraceStore } from '../../core/ports/trace.ts';
import { mailDays } from '../../core/trace/days.ts';
import { firstIdOf, timeOfId } from '../../core/trace/ids.ts';
import { jsonChunks } from '../dialect/json-chunks.ts';
import { given, insertSelect } from '../dialect/statements.ts';
import type { Executor } from '../dialect/types.ts';
import { normaliseTrace } from '../normalise-trace.ts';
import type { AuditTables } from '../schema/audit.ts';
import { askedId } from '../text.ts';
import { countSteps } from './trace-days.ts';

/** What one statement forgets: a database that was not cleared for long is cleared in pieces that it can do. */
const PRUNED_AT_ONCE_MS = 6 * 3600_000;

export function createTraceStore(executor: Executor, tables: AuditTables): TraceStore {
  const { traceMessages: messages, traceSteps: steps, traceDays: days } = tables;
  const { build, dialect } = executor;
  const ofTenant = (tenantId: string) => eq(messages.tenantId, askedId(tenantId));
  const stepsOfTenant = (tenantId: string) => eq(steps.tenantId, askedId(tenantId));

  return {
    async add(rows) {
      const clean = normaliseTrace(rows);
      const counts = countSteps(executor, tables, clean.steps);
      const statements = [
        // While the steps are not there yet.
        ...counts.statements,
        ...jsonChunks(rowsOf(messages, clean.messages)).map((json) =>
          insertSelect(
            build,
            messages,
            givenAll(messages),
            sql`from ${dialect.rows(json, Object.values(getTableColumns(messages)))} where true`,
          ).onConflictDoUpdate({
            target: [messages.tenantId, messages.traceId, messages.recipient],
            set: { messageId: sql`excluded.message_id` },
            setWhere: sql`${messages.messageId} = '' and excluded.message_id <> ''`,
          }),
        ),
        ...jsonChunks(
          rowsOf(
            steps,
            clean.steps.map((step) => ({ ...step, details: JSON.stringify(step.details) })),
          ),
        ).map((json) =>
          insertSelect(
            build,
            steps,
            givenAll(steps),
            sql`from ${dialect.rows(json, Object.values(getTableColumns(steps)))} where true`,
          ).onConflictDoNothing(),
        ),
      ];
      if (statements.length > 0) await executor.atomic(statements, counts.options);
    },

    async list(tenantId, filter) {
      const rows = await executor.all(
        build
          .select(getTableColumns(messages))
          .from(messages)
          .where(and(ofTenant(tenantId), ...conditionsOf(messages, filter)))
          .orderBy(desc(messages.traceId), desc(messages.recipient))
          .limit(filter.limit),
      );
      return rows.map(messageOf);
    },

    async message(tenantId, traceId, limit) {
      const rows = await executor.all(
        build
          .select(getTableColumns(messages))
          .from(messages)
          .where(and(ofTenant(tenantId), eq(messages.traceId, askedId(traceId))))
          .orderBy(asc(messages.recipient))
          .limit(limit),
      );
      return rows.map(messageOf);
    },

    async steps(tenantId, traceIds, limit) {
      if (traceIds.length === 0) return [];
      const rows = await executor.all(
        build
          .select(getTableColumns(steps))
          .from(steps)
          .where(and(stepsOfTenant(tenantId), dialect.isIn(steps.traceId, traceIds.map(askedId))))
          .orderBy(asc(steps.at), asc(steps.key))
          .limit(limit),
      );
      return rows.map(
        (row): TraceStep => ({ ...row, details: JSON.parse(row.details) as TraceStep['details'] }),
      );
    },

    async days(tenantIds, sinceDay) {
      const rows = await executor.all(
        build
          .select({
            ...{ day: days.day, counted: days.counted },
            count: sql<number>`cast(sum(${days.count}) as bigint)`.mapWith(Number),
          })
          .from(days)
          .where(and(dialect.isIn(days.tenantId, tenantIds.map(askedId)), gte(days.day, sinceDay)))
          .groupBy(days.day, days.counted),
      );
      return mailDays(rows);
    },

    async forgetDays(tenantId, beforeDay) {
      await executor.atomic([
        build.delete(days).where(and(eq(days.tenantId, askedId(tenantId)), lt(days.day, beforeDay))),
      ]);
    },

    async prune(tenantId, before) {
      const end = firstIdOf(before);
      const [[message], [step]] = await executor.read(
        build
          .select({ traceId: messages.traceId })
          .from(messages)
          .where(and(ofTenant(tenantId), lt(messages.traceId, end)))
          .orderBy(asc(messages.traceId))
          .limit(1),
        build
          .select({ traceId: steps.traceId })
          .from(steps)
          .where(and(stepsOfTenant(tenantId), lt(steps.traceId, end)))
          .orderBy(asc(steps.traceId))
          .limit(1),
      );
      const [oldest] = [message?.traceId, step?.traceId].filter((id) => id !== undefined).sort();
      if (oldest === undefined) return true;
      const piece = firstIdOf(timeOfId(oldest) + PRUNED_AT_ONCE_MS);
      const until = piece < end ? (piece > oldest ? piece : `${oldest}0`) : end;
      await executor.atomic([
        build.delete(steps).where(and(stepsOfTenant(tenantId), lt(steps.traceId, until))),
        build.delete(messages).where(and(ofTenant(tenantId), lt(messages.traceId, until))),
      ]);
      return until === end;
    },

    async forget(tenantId, { mailboxId, addresses }) {
      const names = addresses.map(askedId);
      const found = (condition: SQL | undefined) =>
        inArray(
          steps.traceId,
          build
            .select({ traceId: messages.traceId })
            .from(messages)
            .where(and(ofTenant(tenantId), condition)),
        );
      const ofMailbox = eq(messages.mailboxId, askedId(mailboxId));
      const sent = dialect.isIn(messages.sender, names);
      const got = dialect.isIn(messages.recipient, names);
      const results = await executor.atomic([
        build.delete(steps).where(and(stepsOfTenant(tenantId), found(ofMailbox))),
        build.delete(steps).where(and(stepsOfTenant(tenantId), found(sent))),
        build
          .delete(steps)
          .where(and(stepsOfTenant(tenantId), found(got), dialect.isIn(steps.recipient, names))),
        build.delete(messages).where(and(ofTenant(tenantId), or(ofMailbox, sent, got))),
      ]);
      return results.at(-1)?.changes ?? 0;
    },
  };
}

function conditionsOf(messages: AuditTables['traceMessages'], filter: TraceFilter): (SQL | undefined)[] {
  const { since, before, after } = filter;
  const equal = (['sender', 'recipient', 'messageId', 'correlationId', 'domain'] as const).map((name) => {
    const value = filter[name];
    return value === undefined ? undefined : eq(messages[name], askedId(value));
  });
  return [
    ...equal,
    since === undefined ? undefined : gte(messages.traceId, firstIdOf(since)),
    before === undefined ? undefined : lt(messages.traceId, firstIdOf(before)),
    after === undefined
      ? undefined
      : and(
          lte(messages.traceId, askedId(after.traceId)),
          or(lt(messages.traceId, askedId(after.traceId)), lt(messages.recipient, askedId(after.recipient))),
        ),
  ];
}

type Table = AuditTables['traceMessages'] | AuditTables['traceSteps'];

function rowsOf(table: Table, rows: readonly object[]): unknown[][] {
  const names = Object.keys(getTableColumns(table));
  return rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name]));
}

function givenAll<T extends Table>(table: T): Record<keyof T['$inferInsert'], SQL> {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => [name, given(column)]);
  return Object.fromEntries(columns) as Record<keyof T['$inferInsert'], SQL>;
}

function messageOf(row: Omit<TraceMessage, 'direction'> & { direction: string }): TraceMessage {
  return { ...row, direction: row.direction === 'out' ? 'out' : 'in' };
}
