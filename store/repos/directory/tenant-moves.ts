import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import {
  BEFORE_SWITCH,
  ENDED,
  type MovePhase,
  type MovePosition,
  type MoveStore,
  type MoveTally,
  type TenantMove,
} from '../../../core/ports/moves.ts';
import { insertSelect, int } from '../../dialect/statements.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_ERROR = 2000;
const NOWHERE: MovePosition = { after: null, within: null };
const NOTHING_YET: MoveTally = {
  ...{ mailboxes: 0, mailboxesCopied: 0, mailboxesVerified: 0, rowsCopied: 0, copyMs: 0 },
  ...{ rowsFollowed: 0, rowsRemoved: 0, freezes: 0, frozenAt: null },
  ...{ frozenMs: 0, failure: null, verified: {} },
};

type Stored = DirectoryContext['tables']['tenantMoves']['$inferSelect'];

function moveOf({ fromShard, toShard, phase, position, tally, ...row }: Stored): TenantMove {
  return {
    ...row,
    ...{ from: fromShard, to: toShard, phase: phase as MovePhase },
    position: JSON.parse(position) as MovePosition,
    tally: { ...NOTHING_YET, ...(JSON.parse(tally) as Partial<MoveTally>) },
  };
}

/** Moves of tenants between mail shards, in the directory. */
export function createMoveStore({ executor, tables }: DirectoryContext): MoveStore {
  const { outbox, tenantMoves: moves, tenants } = tables;
  const { build } = executor;
  /** The move as its driver knows it, unless somebody else has taken it over. */
  const held = ({ tenantId, moveId, fence }: TenantMove) =>
    and(eq(moves.tenantId, tenantId), eq(moves.moveId, moveId), eq(moves.fence, fence));
  const all = build.select().from(moves);

  return {
    async get(tenantId) {
      const [row] = await executor.all(build.select().from(moves).where(eq(moves.tenantId, tenantId)));
      return row === undefined ? null : moveOf(row as Stored);
    },

    async list() {
      const rows = await executor.all(all.orderBy(moves.startedAt, moves.tenantId));
      return rows.map((row) => moveOf(row as Stored));
    },

    async begin({ tenantId, moveId, from, to, keepDays, startedAt }) {
      const [begun] = await executor.atomic([
        insertSelect(
          build,
          moves,
          {
            ...{ tenantId, moveId, fromShard: from, toShard: to, phase: 'preparing' },
            ...{ position: JSON.stringify(NOWHERE), tally: JSON.stringify(NOTHING_YET), error: sql`null` },
            ...{ keepDays: int(keepDays), fence: int(1), leaseUntil: int(0) },
            ...{ startedAt: int(startedAt), updatedAt: int(startedAt) },
            ...{ switchedAt: sql`null`, endedAt: sql`null` },
          },
          sql`from ${tenants} where ${tenants.tenantId} = ${tenantId} and ${tenants.mailShard} = ${from}`,
        )
          .onConflictDoUpdate({
            target: [moves.tenantId],
            set: {
              moveId: sql`excluded.move_id`,
              fromShard: sql`excluded.from_shard`,
              toShard: sql`excluded.to_shard`,
              phase: sql`excluded.phase`,
              position: sql`excluded.position`,
              tally: sql`excluded.tally`,
              error: sql`null`,
              keepDays: sql`excluded.keep_days`,
              // Shards know the fence of the move before.
              fence: sql`${moves.fence} + 1`,
              leaseUntil: sql`0`,
              startedAt: sql`excluded.started_at`,
              updatedAt: sql`excluded.updated_at`,
              switchedAt: sql`null`,
              endedAt: sql`null`,
            },
            setWhere: and(eq(moves.tenantId, tenantId), inArray(moves.phase, [...ENDED])),
          })
          .returning({ moveId: moves.moveId }),
      ]);
      return begun?.rows.length === 1;
    },

    async take(tenantId, now, leaseUntil) {
      const [taken] = await executor.atomic([
        build
          .update(moves)
          .set({ fence: sql`${moves.fence} + 1`, leaseUntil })
          .where(and(eq(moves.tenantId, tenantId), lt(moves.leaseUntil, now)))
          .returning({ fence: moves.fence }),
      ]);
      const fence = taken?.rows[0]?.['fence'];
      const move = fence === undefined ? null : await this.get(tenantId);
      // Turned and taken by others in between: their fence is not ours.
      return move?.fence === fence ? move : null;
    },

    async save(move, { phase, position, tally, error, switchedAt, endedAt }, now, leaseUntil) {
      const [saved] = await executor.atomic([
        build
          .update(moves)
          .set({
            ...(phase === undefined ? {} : { phase }),
            ...(position === undefined ? {} : { position: JSON.stringify(position) }),
            ...(tally === undefined ? {} : { tally: JSON.stringify(tally) }),
            ...(error === undefined ? {} : { error: error === null ? null : fitText(error, MAX_ERROR) }),
            ...(switchedAt === undefined ? {} : { switchedAt }),
            ...(endedAt === undefined ? {} : { endedAt }),
            ...{ updatedAt: now, leaseUntil },
          })
          // Not what a person has turned into another phase meanwhile: that relieves the driver.
          .where(held(move))
          .returning({ moveId: moves.moveId }),
      ]);
      return saved?.rows.length === 1;
    },

    async turn(tenantId, moveId, from, to, now) {
      const [turned] = await executor.atomic([
        build
          .update(moves)
          .set({
            ...{ phase: to, position: JSON.stringify(NOWHERE), fence: sql`${moves.fence} + 1` },
            ...{ leaseUntil: 0, updatedAt: now },
          })
          .where(and(eq(moves.tenantId, tenantId), eq(moves.moveId, moveId), inArray(moves.phase, [...from])))
          .returning({ moveId: moves.moveId }),
      ]);
      return turned?.rows.length === 1;
    },

    async switch(move, now) {
      const { tenantId, from, to } = move;
      const ours = sql`exists (select 1 from ${moves} where ${held(move)} and ${inArray(moves.phase, [...BEFORE_SWITCH])})`;
      const [switched] = await executor.atomic([
        build
          .update(tenants)
          .set({ mailShard: to })
          .where(and(eq(tenants.tenantId, tenantId), eq(tenants.mailShard, from), ours))
          .returning({ tenantId: tenants.tenantId }),
        build
          .update(outbox)
          .set({ shard: to })
          .where(and(eq(outbox.tenantId, tenantId), eq(outbox.shard, from), ours)),
        build
          .update(moves)
          .set({ phase: 'opening', switchedAt: now, updatedAt: now })
          .where(and(held(move), inArray(moves.phase, [...BEFORE_SWITCH]))),
      ]);
      return switched?.rows.length === 1;
    },
  };
}
