import type { SchemaKit } from './kit.ts';

export function keptAnswerTables({ table, text, integer }: SchemaKit) {
  return {
    /** An empty tenant is the installation. */
    keptAnswers: table('directory', 'kept_answers', {
      tenantId: text('tenant_id').notNull(),
      caller: text('caller').notNull(),
      keyHash: text('key_hash').notNull(),
      requestHash: text('request_hash').notNull(),
      claim: text('claim').notNull(),
      startedAt: integer('started_at').notNull(),
      expiresAt: integer('expires_at').notNull(),
      status: integer('status'),
      body: text('body'),
    }),
  };
}
