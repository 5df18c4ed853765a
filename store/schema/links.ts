import type { SchemaKit } from './kit.ts';

/** Attachments that became links. */
export function linkTables(kit: SchemaKit) {
  const { text, integer } = kit;
  return {
    attachmentLinks: kit.table('directory', 'attachment_links', {
      tenantId: text('tenant_id').notNull(),
      linkId: text('link_id').notNull(),
      tokenHash: text('token_hash').notNull(),
      mailboxId: text('mailbox_id').notNull(),
      submissionId: text('submission_id').notNull(),
      rawKey: text('raw_key').notNull(),
      bodyStart: integer('body_start').notNull(),
      bodyEnd: integer('body_end').notNull(),
      encoding: text('encoding').notNull(),
      mediaType: text('media_type').notNull(),
      name: text('name').notNull(),
      size: integer('size').notNull(),
      createdAt: integer('created_at').notNull(),
      endsAt: integer('ends_at').notNull(),
      revoked: integer('revoked').notNull(),
      kept: integer('kept').notNull(),
    }),
  };
}
