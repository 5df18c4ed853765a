import { and, asc, desc, eq, getTableColumns, inArray, lt, lte, or, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { MailboxRef } from '../../../core/mail/types.ts';
import type { HeldMessage, QuarantineState, QuarantineStore } from '../../../core/ports/quarantine.ts';
import type { Executor } from '../../dialect/types.ts';
import { normaliseHeld } from '../../normalise-held.ts';
import type { MailTables } from '../../schema/mail.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, scoped } from './context.ts';
import type { MailShards } from './mail-store.ts';

export function createQuarantineStore(shards: MailShards): QuarantineStore {
  const { quarantined: table } = shards.tables;
  const executorOf = (shard: string, tenantId: string): Executor => {
    const executor: Executor | undefined = shards.executor(shard, tenantId);
    if (executor === undefined) throw new NotFoundError(`no mail shard ${shard}`);
    return executor;
  };
  const boxOf = (ref: MailboxRef): MailboxContext => ({
    ...{ ref, executor: executorOf(ref.shard, ref.tenantId), tables: shards.tables },
  });
  const thisOne = (box: MailboxContext, itemId: string) =>
    all(scoped(box, table), eq(table.itemId, askedId(itemId)));

  return {
    async hold(ref, message) {
      const box = boxOf(ref);
      const { build } = box.executor;
      const { itemId, dedupeKey, ...rest } = normaliseHeld(message);
      const row = { ...rest, itemId, dedupeKey, files: JSON.stringify(rest.files) };
      const verdict = rest.verdict === null ? null : JSON.stringify(rest.verdict);
      await box.executor.atomic([
        build
          .insert(table)
          .values({ ...row, verdict })
          .onConflictDoNothing(),
      ]);
      const [there] = await box.executor.all(
        build
          .select({ itemId: table.itemId })
          .from(table)
          .where(all(scoped(box, table), eq(table.dedupeKey, dedupeKey))),
      );
      return there === undefined || there.itemId === itemId ? 'held' : 'duplicate';
    },

    async get(ref, itemId) {
      const box = boxOf(ref);
      const [row] = await box.executor.all(
        box.executor.build.select(getTableColumns(table)).from(table).where(thisOne(box, itemId)),
      );
      return row === undefined ? null : messageOf(row);
    },

    async decide(ref, itemId, to, by, at) {
      const box = boxOf(ref);
      const [result] = await box.executor.atomic([
        box.executor.build
          .update(table)
          .set({ state: to, decidedAt: at, decidedBy: by })
          .where(all(thisOne(box, itemId), eq(table.state, 'held'))),
      ]);
      return result?.changes === 1;
    },

    async list(tenantId, shard, { mailboxId, state, after, limit }) {
      const executor = executorOf(shard, tenantId);
      const rows = await executor.all(
        executor.build
          .select(getTableColumns(table))
          .from(table)
          .where(
            and(
              eq(table.tenantId, askedId(tenantId)),
              mailboxId === undefined ? undefined : eq(table.mailboxId, askedId(mailboxId)),
              eq(table.state, state),
              lte(table.heldAt, after?.heldAt ?? Number.MAX_SAFE_INTEGER),
              after === undefined
                ? undefined
                : or(lt(table.heldAt, after.heldAt), lt(table.itemId, askedId(after.itemId))),
            ),
          )
          .orderBy(desc(table.heldAt), desc(table.itemId))
          .limit(limit),
      );
      return rows.map(messageOf);
    },

    async expired(tenantId, shard, at, limit) {
      const executor = executorOf(shard, tenantId);
      const rows = await executor.all(
        executor.build
          .select(getTableColumns(table))
          .from(table)
          .where(
            // The partial index knows the state as it is written here.
            and(
              eq(table.tenantId, askedId(tenantId)),
              sql`${table.state} = 'held'`,
              lte(table.expiresAt, at),
            ),
          )
          .orderBy(asc(table.expiresAt))
          .limit(limit),
      );
      return rows.map(messageOf);
    },

    async forget(tenantId, shard, decidedBefore, limit) {
      const executor = executorOf(shard, tenantId);
      let forgotten = 0;
      for (const state of ['released', 'deleted'] as const) {
        const old = await executor.all(
          executor.build
            .select({ mailboxId: table.mailboxId, itemId: table.itemId })
            .from(table)
            .where(
              and(
                eq(table.tenantId, askedId(tenantId)),
                eq(table.state, state),
                lt(table.heldAt, decidedBefore),
                lt(table.decidedAt, decidedBefore),
              ),
            )
            .limit(limit),
        );
        for (const [mailboxId, rows] of Map.groupBy(old, (row) => row.mailboxId)) {
          const ids = rows.map(({ itemId }) => itemId);
          const [result] = await executor.atomic([
            executor.build
              .delete(table)
              .where(
                and(eq(table.tenantId, tenantId), eq(table.mailboxId, mailboxId), inArray(table.itemId, ids)),
              ),
          ]);
          forgotten += result?.changes ?? 0;
        }
      }
      return forgotten;
    },
  };
}

type Row = MailTables['quarantined']['$inferSelect'];

function messageOf({ files, verdict, state, reason, ...row }: Row): HeldMessage {
  return {
    ...row,
    state: state as QuarantineState,
    reason: reason as HeldMessage['reason'],
    files: JSON.parse(files) as string[],
    verdict: verdict === null ? null : (JSON.parse(verdict) as HeldMessage['verdict']),
  };
}
