import type { SchemaKit } from './kit.ts';

/** Append-only. `events` is what was written before there were chains, and empties itself into them. */
export function auditTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    events: kit.table('audit', 'events', {
      eventId: text('event_id').notNull(),
      at: integer('at').notNull(),
      tenantId: text('tenant_id'),
      actor: text('actor').notNull(),
      action: text('action').notNull(),
      resource: text('resource').notNull(),
      outcome: text('outcome').notNull(),
      details: text('details').notNull(),
      correlationId: text('correlation_id').notNull(),
    }),
    chains: kit.table('audit', 'chains', {
      chain: text('chain').notNull(),
      seq: integer('seq').notNull(),
      hash: text('hash').notNull(),
      firstSeq: integer('first_seq').notNull(),
      baseHash: text('base_hash').notNull(),
      anchoredSeq: integer('anchored_seq').notNull(),
      anchoredAt: integer('anchored_at').notNull(),
    }),
    entries: kit.table('audit', 'entries', {
      chain: text('chain').notNull(),
      seq: integer('seq').notNull(),
      eventId: text('event_id').notNull(),
      at: integer('at').notNull(),
      tenantId: text('tenant_id'),
      actor: text('actor').notNull(),
      address: text('address'),
      protocol: text('protocol'),
      deviceId: text('device_id'),
      action: text('action').notNull(),
      resource: text('resource').notNull(),
      outcome: text('outcome').notNull(),
      details: text('details').notNull(),
      correlationId: text('correlation_id').notNull(),
      hash: text('hash').notNull(),
    }),
  };
}

export type AuditTables = ReturnType<typeof auditTables>;
