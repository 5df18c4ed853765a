import { and, eq, lt, sql } from 'drizzle-orm';
import type { OperationsStore, QueueFailure } from '../../../core/ports/operations.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_ERROR = 2000;

/** As every implementation keeps it. */
export function cleanFailure(failure: QueueFailure): QueueFailure {
  return { ...failure, error: fitText(failure.error, MAX_ERROR) };
}

export function createOperationsStore({ executor, tables }: DirectoryContext): OperationsStore {
  const { queueFailures, workCursors } = tables;
  const { build, dialect } = executor;
  return {
    async noteFailures(failures) {
      if (failures.length === 0) return;
      const last = new Map(failures.map((f) => [JSON.stringify([f.queue, f.digest]), cleanFailure(f)]));
      const rows = [...last.values()].map((f) => [f.queue, f.digest, f.error, f.attempts, f.failedAt]);
      const columns = [
        ...[queueFailures.queue, queueFailures.digest, queueFailures.error],
        ...[queueFailures.attempts, queueFailures.failedAt],
      ];
      await executor.atomic([
        insertSelect(
          build,
          queueFailures,
          {
            queue: given(queueFailures.queue),
            digest: given(queueFailures.digest),
            error: given(queueFailures.error),
            attempts: given(queueFailures.attempts),
            failedAt: given(queueFailures.failedAt),
          },
          sql`from ${dialect.rows(JSON.stringify(rows), columns)} where true`,
        ).onConflictDoUpdate({
          target: [queueFailures.queue, queueFailures.digest],
          set: {
            error: sql`excluded.error`,
            attempts: sql`excluded.attempts`,
            failedAt: sql`excluded.failed_at`,
          },
        }),
      ]);
    },

    async failuresOf(queue, digests) {
      if (digests.length === 0) return [];
      return executor.all(
        build
          .select({
            queue: queueFailures.queue,
            digest: queueFailures.digest,
            error: queueFailures.error,
            attempts: queueFailures.attempts,
            failedAt: queueFailures.failedAt,
          })
          .from(queueFailures)
          .where(and(eq(queueFailures.queue, queue), dialect.isIn(queueFailures.digest, digests))),
      );
    },

    async forgetFailures(queue, digests) {
      if (digests.length === 0) return;
      await executor.atomic([
        build
          .delete(queueFailures)
          .where(and(eq(queueFailures.queue, queue), dialect.isIn(queueFailures.digest, digests))),
      ]);
    },

    async forgetFailuresBefore(at) {
      await executor.atomic([build.delete(queueFailures).where(lt(queueFailures.failedAt, at))]);
    },

    async getCursor(name) {
      const [row] = await executor.all(
        build.select({ value: workCursors.value }).from(workCursors).where(eq(workCursors.name, name)),
      );
      return row === undefined ? null : (JSON.parse(row.value) as unknown);
    },

    async putCursor(name, value, at) {
      const row = { value: JSON.stringify(value), updatedAt: at };
      await executor.atomic([
        build
          .insert(workCursors)
          .values({ name, ...row })
          .onConflictDoUpdate({ target: workCursors.name, set: row }),
      ]);
    },
  };
}
