import type { SchemaKit } from './kit.ts';

/** What both databases know of an indexed document; the text index itself is the dialect's own (FullText). */
export function searchTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    documents: kit.table('search', 'documents', {
      tenantId: text('tenant_id').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      itemId: text('item_id').notNull(),
      receivedAt: integer('received_at').notNull(),
    }),
  };
}

export type SearchTables = ReturnType<typeof searchTables>;
