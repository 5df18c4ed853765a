import type { SchemaKit } from './kit.ts';

export function erasureTables({ table, text, integer }: SchemaKit) {
  return {
    erasures: table('directory', 'erasures', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      addressDigest: text('address_digest').notNull(),
      state: text('state').notNull(),
      formerStatus: text('former_status').notNull(),
      deletedAt: integer('deleted_at').notNull(),
      eraseAfter: integer('erase_after').notNull(),
      finishedAt: integer('finished_at'),
      nextAt: integer('next_at'),
      /** JSON. */
      progress: text('progress').notNull(),
      revision: integer('revision').notNull(),
    }),
  };
}
