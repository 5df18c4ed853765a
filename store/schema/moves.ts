import type { SchemaKit } from './kit.ts';

/** What the directory knows of tenants that move from one mail shard to another. */
export function tenantMoveTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    /** The last move of each tenant. */
    tenantMoves: kit.table('directory', 'tenant_moves', {
      tenantId: text('tenant_id').notNull(),
      moveId: text('move_id').notNull(),
      fromShard: text('from_shard').notNull(),
      toShard: text('to_shard').notNull(),
      phase: text('phase').notNull(),
      /** JSON: how far the phase is. */
      position: text('position').notNull(),
      /** JSON: what was done so far. */
      tally: text('tally').notNull(),
      error: text('error'),
      keepDays: integer('keep_days').notNull(),
      /** Raised by whoever takes the work over; it never goes back, from one move of a tenant to the next either. */
      fence: integer('fence').notNull(),
      leaseUntil: integer('lease_until').notNull(),
      startedAt: integer('started_at').notNull(),
      updatedAt: integer('updated_at').notNull(),
      switchedAt: integer('switched_at'),
      endedAt: integer('ended_at'),
    }),
  };
}

/** What a shard knows of tenants that move: in the same database as their mailboxes, and never moved with them. */
export function shardMoveTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    /** Tenants without a row, and those with the state `open`, are here. */
    shardMoves: kit.table('mail', 'shard_moves', {
      tenantId: text('tenant_id').notNull(),
      state: text('state').notNull(),
      /** The other shard. */
      peer: text('peer').notNull(),
      moveId: text('move_id').notNull(),
      fence: integer('fence').notNull(),
      since: integer('since').notNull(),
    }),
    /** Rows that were written while their tenant was copied (triggers that a move puts in place). */
    moveChanges: kit.table('mail', 'move_changes', {
      seq: integer('seq').notNull(),
      tenantId: text('tenant_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      tableName: text('table_name').notNull(),
      /** JSON of the key within the mailbox. */
      rowKey: text('row_key').notNull(),
    }),
  };
}

export type ShardMoveTables = ReturnType<typeof shardMoveTables>;
