import type { SchemaKit } from './kit.ts';

export function tenantKeyTables({ table, text, integer }: SchemaKit) {
  return {
    tenantKeys: table('directory', 'tenant_keys', {
      tenantId: text('tenant_id').notNull(),
      generation: integer('generation').notNull(),
      wrapped: text('wrapped').notNull(),
      secretId: text('secret_id').notNull(),
      createdAt: integer('created_at').notNull(),
    }),
  };
}
