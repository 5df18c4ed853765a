-- Messages that were removed for good and whose raw is still kept: recoverable until the raw is purged.
CREATE TABLE mail_state.removed_messages (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  removed_at bigint NOT NULL,
  received_at bigint NOT NULL,
  size bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  addresses text COLLATE "C" NOT NULL,
  is_read bigint NOT NULL,
  is_draft bigint NOT NULL,
  flag text COLLATE "C",
  categories text COLLATE "C" NOT NULL,
  purging bigint NOT NULL,
  PRIMARY KEY (mailbox_id, raw_key)
);

CREATE INDEX removed_messages_by_time ON mail_state.removed_messages (mailbox_id, removed_at, raw_key);
CREATE INDEX removed_messages_by_item ON mail_state.removed_messages (mailbox_id, item_id);

-- What was removed before this table: of it only the place is known.
INSERT INTO mail_state.removed_messages (tenant_id, mailbox_id, raw_key, item_id, folder_id, removed_at, received_at,
    size, subject, addresses, is_read, is_draft, flag, categories, purging)
  SELECT tenant_id, mailbox_id, raw_key, item_id, folder_id, coalesce(removed_at, 0), coalesce(removed_at, 0), 0,
    '', '{}', 1, 0, NULL, '[]', 0
  FROM mail_state.tombstones WHERE raw_key IS NOT NULL
  ON CONFLICT (mailbox_id, raw_key) DO NOTHING;
