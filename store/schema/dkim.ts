import type { SchemaKit } from './kit.ts';

/** Signing keys, in the directory. */
export function dkimTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    dkimKeys: kit.table('directory', 'dkim_keys', {
      tenantId: text('tenant_id').notNull(),
      domain: text('domain').notNull(),
      selector: text('selector').notNull(),
      algorithm: text('algorithm').notNull(),
      publicKey: text('public_key').notNull(),
      sealedKey: text('sealed_key').notNull(),
      state: text('state').notNull(),
      createdAt: integer('created_at').notNull(),
      notBefore: integer('not_before'),
      notAfter: integer('not_after'),
    }),
  };
}
