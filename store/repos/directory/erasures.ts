import { and, asc, desc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { User } from '../../../core/identity/types.ts';
import type {
  Erasure,
  ErasureDirectory,
  ErasureProgress,
  ErasureState,
} from '../../../core/ports/erasure.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { type DirectoryContext, tenantLock } from './tenants.ts';

export function createErasures(context: DirectoryContext): ErasureDirectory {
  const { executor, tables } = context;
  const { erasures, users } = tables;
  const { build } = executor;
  const one = (tenantId: string, userId: string) =>
    and(eq(erasures.tenantId, tenantId), eq(erasures.userId, userId));
  const theUser = (tenantId: string, userId: string) =>
    and(eq(users.tenantId, tenantId), eq(users.userId, userId));
  const select = () =>
    build
      .select({
        tenantId: erasures.tenantId,
        userId: erasures.userId,
        addressDigest: erasures.addressDigest,
        state: erasures.state,
        formerStatus: erasures.formerStatus,
        deletedAt: erasures.deletedAt,
        eraseAfter: erasures.eraseAfter,
        finishedAt: erasures.finishedAt,
        nextAt: erasures.nextAt,
        progress: erasures.progress,
        revision: erasures.revision,
      })
      .from(erasures);
  const lock = (tenantId: string) => ({ lock: tenantLock(context, tenantId) });

  return {
    async deleteUser(erasure) {
      const { tenantId, userId } = erasure;
      const isThere = sql`exists (select 1 from ${users} where ${theUser(tenantId, userId)}
        and ${users.deletedAt} is null)`;
      const [inserted] = await executor.atomic(
        [
          insertSelect(
            build,
            erasures,
            {
              ...{ tenantId, userId, addressDigest: erasure.addressDigest, state: erasure.state },
              ...{ formerStatus: erasure.formerStatus, deletedAt: int(erasure.deletedAt) },
              ...{ eraseAfter: int(erasure.eraseAfter), finishedAt: time(erasure.finishedAt) },
              ...{ nextAt: time(erasure.nextAt), progress: JSON.stringify(erasure.progress) },
              revision: int(erasure.revision),
            },
            sql`where ${isThere}`,
          ).onConflictDoNothing(),
          build
            .update(users)
            .set({ status: 'disabled', deletedAt: erasure.deletedAt })
            .where(
              and(
                theUser(tenantId, userId),
                isNull(users.deletedAt),
                sql`exists (select 1 from ${erasures} where ${one(tenantId, userId)})`,
              ),
            ),
        ],
        lock(tenantId),
      );
      return inserted?.changes === 1;
    },

    async restoreUser(tenantId, userId) {
      const isDeleted = and(one(tenantId, userId), eq(erasures.state, 'deleted'));
      const former = sql`(select ${erasures.formerStatus} from ${erasures} where ${isDeleted})`;
      const [restored] = await executor.atomic(
        [
          build
            .update(users)
            .set({ status: former, deletedAt: null })
            .where(
              and(theUser(tenantId, userId), sql`exists (select 1 from ${erasures} where ${isDeleted})`),
            ),
          build.delete(erasures).where(isDeleted),
        ],
        lock(tenantId),
      );
      return restored?.changes === 1;
    },

    async getErasure(tenantId, userId) {
      const [row] = await executor.all(select().where(one(tenantId, userId)));
      return row === undefined ? null : erasureOf(row);
    },

    async findErasures(tenantId, addressDigest) {
      const rows = await executor.all(
        select()
          .where(and(eq(erasures.tenantId, tenantId), eq(erasures.addressDigest, addressDigest)))
          .orderBy(desc(erasures.deletedAt), desc(erasures.userId))
          .limit(MAX_FOUND),
      );
      return rows.map(erasureOf);
    },

    async updateErasure({ tenantId, userId, revision }, to) {
      const [updated] = await executor.atomic([
        build
          .update(erasures)
          .set({
            ...{ state: to.state, eraseAfter: to.eraseAfter, finishedAt: to.finishedAt, nextAt: to.nextAt },
            ...{ progress: JSON.stringify(to.progress), revision: revision + 1 },
          })
          .where(and(one(tenantId, userId), eq(erasures.revision, revision))),
      ]);
      return updated?.changes === 1;
    },

    async dueErasures(tenantId, at, limit) {
      const rows = await executor.all(
        select()
          .where(and(eq(erasures.tenantId, tenantId), lte(erasures.nextAt, at)))
          .orderBy(asc(erasures.nextAt), asc(erasures.userId))
          .limit(limit),
      );
      return rows.map(erasureOf);
    },
  };
}

/** Users who had one address, one after the other. */
const MAX_FOUND = 20;

function time(at: number | null) {
  return at === null ? sql`cast(null as bigint)` : int(at);
}

type Row = Omit<Erasure, 'state' | 'formerStatus' | 'progress'> & {
  state: string;
  formerStatus: string;
  progress: string;
};

function erasureOf(row: Row): Erasure {
  return {
    ...row,
    state: row.state as ErasureState,
    formerStatus: row.formerStatus as User['status'],
    progress: JSON.parse(row.progress) as ErasureProgress,
  };
}
