import type { SchemaKit } from './kit.ts';

/** What both databases know of an indexed document; the text index itself is the dialect's own (FullText). */
export function searchTables(kit: SchemaKit) {
  const { text, integer } = kit;
  const scope = () => ({
    tenantId: text('tenant_id').notNull(),
    mailboxId: text('mailbox_id').notNull(),
  });
  return {
    /** A mirror of the item's state, for conditions that are no words. */
    documents: kit.table('search', 'documents', {
      ...scope(),
      itemId: text('item_id').notNull(),
      receivedAt: integer('received_at').notNull(),
      folderId: text('folder_id').notNull(),
      threadId: text('thread_id').notNull(),
      /** As that of the item. */
      kind: text('kind').notNull(),
      modseq: integer('modseq').notNull(),
      isRead: integer('is_read').notNull(),
      isFlagged: integer('is_flagged').notNull(),
      hasAttachment: integer('has_attachment').notNull(),
      size: integer('size').notNull(),
      /** Folded names, each between line feeds; empty when there are none. */
      categories: text('categories').notNull(),
    }),
    /** How far the change feed of each folder was followed. */
    documentCursors: kit.table('search', 'document_cursors', {
      ...scope(),
      folderId: text('folder_id').notNull(),
      modseq: integer('modseq').notNull(),
      itemId: text('item_id').notNull(),
    }),
    notedSearches: kit.table('search', 'noted_searches', {
      ...scope(),
      deviceId: text('device_id').notNull(),
      searchId: text('search_id').notNull(),
    }),
  };
}

export type SearchTables = ReturnType<typeof searchTables>;
