import type { SchemaKit } from './kit.ts';

/** The log is append-only; the trace beside it is kept for days. `events` is what was written before there were chains, and empties itself into them. */
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
    /** One message on its way to one recipient. */
    traceMessages: kit.table('audit', 'trace_messages', {
      tenantId: text('tenant_id').notNull(),
      traceId: text('trace_id').notNull(),
      recipient: text('recipient').notNull(),
      at: integer('at').notNull(),
      direction: text('direction').notNull(),
      sender: text('sender').notNull(),
      domain: text('domain').notNull(),
      messageId: text('message_id').notNull(),
      correlationId: text('correlation_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      size: integer('size').notNull(),
    }),
    traceSteps: kit.table('audit', 'trace_steps', {
      tenantId: text('tenant_id').notNull(),
      traceId: text('trace_id').notNull(),
      key: text('step_key').notNull(),
      at: integer('at').notNull(),
      recipient: text('recipient').notNull(),
      step: text('step').notNull(),
      verdict: text('verdict').notNull(),
      details: text('details').notNull(),
    }),
    /** Counts of a day, which stay when the messages go. */
    traceDays: kit.table('audit', 'trace_days', {
      tenantId: text('tenant_id').notNull(),
      day: integer('day').notNull(),
      counted: text('counted').notNull(),
      count: integer('count').notNull(),
    }),
  };
}

export type AuditTables = ReturnType<typeof auditTables>;
