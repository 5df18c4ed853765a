import type { SchemaKit } from './kit.ts';

/** Append-only. */
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
  };
}

export type AuditTables = ReturnType<typeof auditTables>;
