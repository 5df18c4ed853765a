import type { SchemaKit } from './kit.ts';

export function administratorTables({ table, text, integer }: SchemaKit) {
  return {
    /** An empty domain is the whole tenant. */
    roleGrants: table('directory', 'role_grants', {
      tenantId: text('tenant_id').notNull(),
      userId: text('user_id').notNull(),
      installation: integer('installation').notNull(),
      domain: text('domain').notNull(),
      role: text('role').notNull(),
      grantedBy: text('granted_by').notNull(),
      grantedAt: integer('granted_at').notNull(),
    }),
    /** An empty tenant is the installation. */
    serviceTokens: table('directory', 'service_tokens', {
      tenantId: text('tenant_id').notNull(),
      tokenId: text('token_id').notNull(),
      name: text('name').notNull(),
      secretHash: text('secret_hash').notNull(),
      role: text('role').notNull(),
      domain: text('domain').notNull(),
      /** JSON: a list, or null. */
      topics: text('topics').notNull(),
      createdBy: text('created_by').notNull(),
      createdAt: integer('created_at').notNull(),
      expiresAt: integer('expires_at'),
      lastUsedAt: integer('last_used_at'),
    }),
  };
}
