import type { SchemaKit } from './kit.ts';

/** One shard of mailboxes. Every row carries tenant and mailbox (I25). */
export function mailTables(kit: SchemaKit) {
  const { text, integer } = kit;
  const scope = () => ({
    tenantId: text('tenant_id').notNull(),
    mailboxId: text('mailbox_id').notNull(),
  });
  return {
    mailboxes: kit.table('mail', 'mailboxes', {
      ...scope(),
      /** The newest modseq that was given out (I13). */
      modseq: integer('modseq').notNull(),
      sizeBytes: integer('size_bytes').notNull(),
      itemCount: integer('item_count').notNull(),
      createdAt: integer('created_at').notNull(),
    }),
    folders: kit.table('mail', 'folders', {
      ...scope(),
      folderId: text('folder_id').notNull(),
      parentId: text('parent_id'),
      displayName: text('display_name').notNull(),
      /** What names are compared by: unique among the folders of one parent. */
      nameKey: text('name_key').notNull(),
      role: text('role').notNull(),
      itemClass: text('item_class').notNull(),
      modseq: integer('modseq').notNull(),
      createdModseq: integer('created_modseq').notNull(),
      contentModseq: integer('content_modseq').notNull(),
      /** JSON of ExtendedProperties, or null. */
      extended: text('extended'),
    }),
    /** What the change feed and the snapshot read: small rows, apart from the message itself. */
    items: kit.table('mail', 'items', {
      ...scope(),
      itemId: text('item_id').notNull(),
      folderId: text('folder_id').notNull(),
      modseq: integer('modseq').notNull(),
      createdModseq: integer('created_modseq').notNull(),
      receivedAt: integer('received_at').notNull(),
      isRead: integer('is_read').notNull(),
      flag: text('flag'),
      categories: text('categories').notNull(),
      size: integer('size').notNull(),
      textSize: integer('text_size').notNull(),
      htmlSize: integer('html_size').notNull(),
      dedupeKey: text('dedupe_key').notNull(),
      readModseq: integer('read_modseq').notNull(),
      flagModseq: integer('flag_modseq').notNull(),
      categoriesModseq: integer('categories_modseq').notNull(),
      contentModseq: integer('content_modseq').notNull(),
      /** Empty for what is no message. */
      threadId: text('thread_id').notNull(),
      isDraft: integer('is_draft').notNull(),
      lastVerb: integer('last_verb').notNull(),
      lastVerbAt: integer('last_verb_at'),
      /** `message` too for the items of the recipient cache. */
      kind: text('kind').notNull(),
      /** JSON of ExtendedProperties, or null. */
      extended: text('extended'),
    }),
    messages: kit.table('mail', 'messages', {
      ...scope(),
      itemId: text('item_id').notNull(),
      rawKey: text('raw_key').notNull(),
      rawSha256: text('raw_sha256').notNull(),
      receivedAt: integer('received_at').notNull(),
      messageIdHeader: text('message_id_header'),
      /** As in items: what the thread of a reply is found by. */
      threadId: text('thread_id').notNull(),
      subject: text('subject').notNull(),
      baseSubject: text('base_subject').notNull(),
      /** JSON: from, sender, replyTo, to, cc, bcc. */
      addresses: text('addresses').notNull(),
      sentAt: integer('sent_at'),
      importance: text('importance').notNull(),
      contentClass: text('content_class'),
      preview: text('preview').notNull(),
      textHead: text('text_head').notNull(),
      bodyTextPart: integer('body_text_part'),
      bodyHtmlPart: integer('body_html_part'),
      degraded: text('degraded').notNull(),
      /** JSON of a TrustVerdict, or null. */
      verdict: text('verdict'),
      /** JSON of MeetingFacts, or null. */
      meeting: text('meeting'),
      messageClass: text('message_class').notNull(),
      conversationIndex: text('conversation_index').notNull(),
      receivedAsBcc: integer('received_as_bcc').notNull(),
    }),
    messageParts: kit.table('mail', 'message_parts', {
      ...scope(),
      itemId: text('item_id').notNull(),
      partNo: integer('part_no').notNull(),
      path: text('path').notNull(),
      mediaType: text('media_type').notNull(),
      charset: text('charset'),
      encoding: text('encoding').notNull(),
      disposition: text('disposition'),
      name: text('name'),
      contentId: text('content_id'),
      contentLocation: text('content_location'),
      bodyStart: integer('body_start').notNull(),
      bodyEnd: integer('body_end').notNull(),
      decodedSize: integer('decoded_size').notNull(),
      isAttachment: integer('is_attachment').notNull(),
      isInline: integer('is_inline').notNull(),
      /** 1 for the parts that bodyTextPart and bodyHtmlPart name. */
      isBody: integer('is_body').notNull(),
      format: text('format'),
    }),
    /** What items are that are no messages. */
    objects: kit.table('mail', 'objects', {
      ...scope(),
      itemId: text('item_id').notNull(),
      /** As in items. */
      kind: text('kind').notNull(),
      uid: text('uid').notNull(),
      startsAt: integer('starts_at'),
      endsAt: integer('ends_at'),
      remindAt: integer('remind_at'),
      toAnnounce: integer('to_announce').notNull(),
      title: text('title').notNull(),
      /** SHA-256 of the document, in hex. */
      digest: text('digest').notNull(),
      /** JSON. */
      document: text('document').notNull(),
      /** Bytes of the files that are kept beside it: `size` of the item is those and the document's. */
      filesSize: integer('files_size').notNull(),
    }),
    /** What the items of the folder with the role `recipientCache` are about. */
    correspondents: kit.table('mail', 'correspondents', {
      ...scope(),
      itemId: text('item_id').notNull(),
      address: text('address').notNull(),
      name: text('name').notNull(),
      uses: integer('uses').notNull(),
    }),
    conversationRules: kit.table('mail', 'conversation_rules', {
      ...scope(),
      threadId: text('thread_id').notNull(),
      folderId: text('folder_id').notNull(),
    }),
    /** One row for each mailbox that ever had rules. */
    ruleSets: kit.table('mail', 'rule_sets', {
      ...scope(),
      revision: integer('revision').notNull(),
      /** Of the write that made this revision. */
      stamp: text('stamp').notNull(),
    }),
    rules: kit.table('mail', 'rules', {
      ...scope(),
      ruleId: text('rule_id').notNull(),
      position: integer('position').notNull(),
      enabled: integer('enabled').notNull(),
      /** JSON: name, conditions, exceptions, actions. */
      body: text('body').notNull(),
      /** JSON of a RuleError, or null. */
      error: text('error'),
    }),
    deliveryReports: kit.table('mail', 'delivery_reports', {
      ...scope(),
      itemId: text('item_id').notNull(),
      recipient: text('recipient').notNull(),
      kind: text('kind').notNull(),
      status: text('status').notNull(),
      text: text('text').notNull(),
      reportedAt: integer('reported_at').notNull(),
      reportId: text('report_id').notNull(),
    }),
    /** Mail that is kept out of the mailbox. */
    quarantined: kit.table('mail', 'quarantined', {
      ...scope(),
      itemId: text('item_id').notNull(),
      rawKey: text('raw_key').notNull(),
      dedupeKey: text('dedupe_key').notNull(),
      state: text('state').notNull(),
      reason: text('reason').notNull(),
      why: text('why').notNull(),
      receivedAt: integer('received_at').notNull(),
      heldAt: integer('held_at').notNull(),
      expiresAt: integer('expires_at').notNull(),
      decidedAt: integer('decided_at'),
      decidedBy: text('decided_by'),
      mailFrom: text('mail_from').notNull(),
      recipient: text('recipient').notNull(),
      author: text('author').notNull(),
      subject: text('subject').notNull(),
      messageId: text('message_id').notNull(),
      size: integer('size').notNull(),
      /** JSON: names of attachments. */
      files: text('files').notNull(),
      /** JSON of a TrustVerdict, or null. */
      verdict: text('verdict'),
      correlationId: text('correlation_id').notNull(),
    }),
    automaticSends: kit.table('mail', 'automatic_sends', {
      ...scope(),
      kind: text('kind').notNull(),
      name: text('name').notNull(),
      itemId: text('item_id').notNull(),
      sentAt: integer('sent_at').notNull(),
    }),
    spamTokens: kit.table('mail', 'spam_tokens', {
      ...scope(),
      token: text('token').notNull(),
      spam: integer('spam').notNull(),
      ham: integer('ham').notNull(),
      learnedAt: integer('learned_at').notNull(),
    }),
    spamLabels: kit.table('mail', 'spam_labels', {
      ...scope(),
      itemId: text('item_id').notNull(),
      label: text('label').notNull(),
      /** The label it had before, or ''. */
      former: text('former').notNull(),
      /** Of the attempt that wrote the label. */
      stamp: text('stamp').notNull(),
      learnedAt: integer('learned_at').notNull(),
    }),
    mailboxSettings: kit.table('mail', 'mailbox_settings', {
      ...scope(),
      name: text('name').notNull(),
      /** JSON. */
      value: text('value').notNull(),
    }),
    /** Names that another host gave to messages of this mailbox. */
    messageIdAliases: kit.table('mail', 'message_id_aliases', {
      ...scope(),
      alias: text('alias').notNull(),
      messageId: text('message_id').notNull(),
    }),
    /** At most one for each folder and item, and none while the item is in the folder. */
    tombstones: kit.table('mail', 'tombstones', {
      ...scope(),
      folderId: text('folder_id').notNull(),
      itemId: text('item_id').notNull(),
      modseq: integer('modseq').notNull(),
      /** Set when the item was removed for good, null when it moved to another folder. */
      rawKey: text('raw_key'),
      removedAt: integer('removed_at'),
    }),
    /** Removed for good, raw still kept: at most one row for each raw that no message has. */
    removedMessages: kit.table('mail', 'removed_messages', {
      ...scope(),
      rawKey: text('raw_key').notNull(),
      itemId: text('item_id').notNull(),
      /** Where it was; of no folder (`replacedFolder`) for the replaced content of a draft. */
      folderId: text('folder_id').notNull(),
      removedAt: integer('removed_at').notNull(),
      receivedAt: integer('received_at').notNull(),
      size: integer('size').notNull(),
      subject: text('subject').notNull(),
      /** As in messages. */
      addresses: text('addresses').notNull(),
      isRead: integer('is_read').notNull(),
      isDraft: integer('is_draft').notNull(),
      flag: text('flag'),
      categories: text('categories').notNull(),
      /** 1 while its raw is being deleted: from then on it cannot come back. */
      purging: integer('purging').notNull(),
    }),
    /** How far the mailbox is written down in the journal of actions. */
    actionHeads: kit.table('mail', 'action_heads', {
      ...scope(),
      captured: integer('captured').notNull(),
      segments: integer('segments').notNull(),
      lines: integer('lines').notNull(),
      snapshotModseq: integer('snapshot_modseq').notNull(),
      snapshotAt: integer('snapshot_at').notNull(),
      /** JSON: digests by name. */
      digests: text('digests').notNull(),
      updatedAt: integer('updated_at').notNull(),
    }),
    acl: kit.table('mail', 'acl', {
      ...scope(),
      /** Empty for the whole mailbox. */
      folderId: text('folder_id').notNull(),
      granteeId: text('grantee_id').notNull(),
      rights: text('rights').notNull(),
    }),
  };
}

export type MailTables = ReturnType<typeof mailTables>;
