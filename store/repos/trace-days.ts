import { and, asc, eq, gte, sql } from 'drizzle-orm';
import type { TraceStep } from '../../core/ports/trace.ts';
import { countedAs, dayOf } from '../../core/trace/days.ts';
import { jsonChunks } from '../dialect/json-chunks.ts';
import { given, insertSelect } from '../dialect/statements.ts';
import type { Executor } from '../dialect/types.ts';
import type { AuditTables } from '../schema/audit.ts';

/**
 * Statements that count steps on their days, to be carried out together with, and before, those that add the steps: what
 * is there was counted. On PostgreSQL the rows of the days are locked first, so that two who tell of the same steps at the
 * same moment follow one another.
 *
 * @param added each once, in order of their tenants
 */
export function countSteps(
  { build, dialect }: Executor,
  { traceSteps: steps, traceDays: days }: AuditTables,
  added: readonly TraceStep[],
) {
  const rows = new Map<string, [string, string, string, number, string][]>();
  for (const step of added) {
    const as = countedAs(step);
    if (as === null) continue;
    const { tenantId, traceId, key, at } = step;
    const ofTenant = rows.get(tenantId) ?? [];
    rows.set(tenantId, ofTenant);
    ofTenant.push([tenantId, traceId, key, dayOf(at), as]);
  }
  const columns = [days.tenantId, steps.traceId, steps.key, days.day, days.counted];
  const known = (tenantId: string) =>
    build
      .select({ one: sql`1` })
      .from(steps)
      .where(
        and(
          eq(steps.tenantId, tenantId),
          sql`${steps.traceId} = ${given(steps.traceId)}`,
          sql`${steps.key} = ${given(steps.key)}`,
        ),
      );
  const count = (tenantId: string, json: string) =>
    insertSelect(
      build,
      days,
      {
        ...{ tenantId: given(days.tenantId), day: given(days.day), counted: given(days.counted) },
        count: sql`count(*)`,
      },
      sql`from ${dialect.rows(json, columns)} where not exists ${known(tenantId)} group by 1, 2, 3 order by 1, 2, 3`,
    ).onConflictDoUpdate({
      target: [days.tenantId, days.day, days.counted],
      set: { count: sql`${days.count} + excluded.count` },
    });
  const statements = [...rows].flatMap(([tenantId, list]) =>
    jsonChunks(list).map((json) => count(tenantId, json)),
  );
  if (statements.length === 0) return { statements, options: {} };
  const first = Math.min(...[...rows.values()].flat().map(([, , , day]) => day));
  const lock = build
    .select({ day: days.day })
    .from(days)
    .where(and(dialect.isIn(days.tenantId, [...rows.keys()]), gte(days.day, first)))
    .orderBy(asc(days.tenantId), asc(days.day), asc(days.counted));
  return { statements, options: { lock } };
}
