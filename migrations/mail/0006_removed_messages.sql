-- Messages that were removed for good and whose raw is still kept: recoverable until the raw is purged.
CREATE TABLE removed_messages (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  item_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  removed_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  subject TEXT NOT NULL,
  addresses TEXT NOT NULL,
  is_read INTEGER NOT NULL,
  is_draft INTEGER NOT NULL,
  flag TEXT,
  categories TEXT NOT NULL,
  purging INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, raw_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX removed_messages_by_time ON removed_messages (mailbox_id, removed_at, raw_key);
CREATE INDEX removed_messages_by_item ON removed_messages (mailbox_id, item_id);

-- What was removed before this table: of it only the place is known.
INSERT INTO removed_messages (tenant_id, mailbox_id, raw_key, item_id, folder_id, removed_at, received_at, size,
    subject, addresses, is_read, is_draft, flag, categories, purging)
  SELECT tenant_id, mailbox_id, raw_key, item_id, folder_id, coalesce(removed_at, 0), coalesce(removed_at, 0), 0,
    '', '{}', 1, 0, NULL, '[]', 0
  FROM tombstones WHERE raw_key IS NOT NULL
  ON CONFLICT (mailbox_id, raw_key) DO NOTHING;
