import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { AuditStore } from '../../core/ports/audit.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { jsonChunks } from '../dialect/json-chunks.ts';
import { given, insertSelect } from '../dialect/statements.ts';
import type { Executor } from '../dialect/types.ts';
import { normaliseEvent } from '../normalise-event.ts';
import type { AuditTables } from '../schema/audit.ts';

export function createAuditStore(executor: Executor, { events }: AuditTables): AuditStore {
  const columns = [
    events.eventId,
    events.at,
    events.tenantId,
    events.actor,
    events.action,
    events.resource,
    events.outcome,
    events.details,
    events.correlationId,
  ];
  return {
    async append(list) {
      if (list.length === 0) return;
      await executor.atomic(
        jsonChunks(list.map(rowOf)).map((json) =>
          insertSelect(
            executor.build,
            events,
            {
              eventId: given(events.eventId),
              at: given(events.at),
              tenantId: given(events.tenantId),
              actor: given(events.actor),
              action: given(events.action),
              resource: given(events.resource),
              outcome: given(events.outcome),
              details: given(events.details),
              correlationId: given(events.correlationId),
            },
            sql`from ${executor.dialect.rows(json, columns)} where true`,
          ).onConflictDoNothing(),
        ),
      );
    },

    async list({ tenantId, action, before, limit }) {
      const rows = await executor.all(
        executor.build
          .select({
            eventId: events.eventId,
            at: events.at,
            tenantId: events.tenantId,
            actor: events.actor,
            action: events.action,
            resource: events.resource,
            outcome: events.outcome,
            details: events.details,
            correlationId: events.correlationId,
          })
          .from(events)
          .where(
            and(
              tenantId === undefined ? undefined : eq(events.tenantId, tenantId),
              action === undefined ? undefined : eq(events.action, action),
              before === undefined ? undefined : lt(events.at, before),
            ),
          )
          .orderBy(desc(events.at), desc(events.eventId))
          .limit(limit),
      );
      return rows.map((row) => ({
        v: 1,
        ...row,
        outcome: row.outcome as AuditJob['outcome'],
        details: JSON.parse(row.details) as AuditJob['details'],
      }));
    },
  };
}

function rowOf(event: AuditJob): unknown[] {
  const e = normaliseEvent(event);
  return [
    e.eventId,
    e.at,
    e.tenantId,
    e.actor,
    e.action,
    e.resource,
    e.outcome,
    JSON.stringify(e.details),
    e.correlationId,
  ];
}
