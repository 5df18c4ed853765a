import type { SchemaKit } from './kit.ts';

/** An empty tenant is the installation. */
export function webhookTables({ table, text, integer }: SchemaKit) {
  return {
    webhooks: table('directory', 'webhooks', {
      tenantId: text('tenant_id').notNull(),
      webhookId: text('webhook_id').notNull(),
      url: text('url').notNull(),
      /** JSON: a list. */
      events: text('events').notNull(),
      description: text('description').notNull(),
      status: text('status').notNull(),
      secret: text('secret').notNull(),
      previousSecret: text('previous_secret'),
      previousUntil: integer('previous_until'),
      createdBy: text('created_by').notNull(),
      createdAt: integer('created_at').notNull(),
      failingSince: integer('failing_since'),
    }),
    webhookDeliveries: table('directory', 'webhook_deliveries', {
      tenantId: text('tenant_id').notNull(),
      webhookId: text('webhook_id').notNull(),
      eventId: text('event_id').notNull(),
      type: text('type').notNull(),
      body: text('body').notNull(),
      state: text('state').notNull(),
      attempts: integer('attempts').notNull(),
      createdAt: integer('created_at').notNull(),
      nextAttemptAt: integer('next_attempt_at').notNull(),
      attemptedAt: integer('attempted_at'),
      statusCode: integer('status_code'),
      durationMs: integer('duration_ms'),
      error: text('error').notNull(),
      correlationId: text('correlation_id').notNull(),
    }),
  };
}
