CREATE TABLE mailboxes (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL PRIMARY KEY,
  modseq INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  item_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE folders (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  parent_id TEXT,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  item_class TEXT NOT NULL,
  modseq INTEGER NOT NULL,
  created_modseq INTEGER NOT NULL,
  content_modseq INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX folders_one_per_role ON folders (mailbox_id, role) WHERE role <> 'user';

CREATE TABLE items (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  modseq INTEGER NOT NULL,
  created_modseq INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  is_read INTEGER NOT NULL,
  flag TEXT,
  categories TEXT NOT NULL,
  size INTEGER NOT NULL,
  text_size INTEGER NOT NULL,
  html_size INTEGER NOT NULL,
  dedupe_key TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX items_feed ON items (mailbox_id, folder_id, modseq, item_id);
CREATE INDEX items_snapshot ON items (mailbox_id, folder_id, received_at, item_id);
CREATE UNIQUE INDEX items_dedupe ON items (mailbox_id, dedupe_key);

-- With a rowid: these rows are far too long for the inner pages of a WITHOUT ROWID tree.
CREATE TABLE messages (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  raw_sha256 TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  message_id_header TEXT,
  thread_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  base_subject TEXT NOT NULL,
  addresses TEXT NOT NULL,
  sent_at INTEGER,
  importance TEXT NOT NULL,
  content_class TEXT,
  preview TEXT NOT NULL,
  text_head TEXT NOT NULL,
  body_text_part INTEGER,
  body_html_part INTEGER,
  degraded TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT;

CREATE INDEX messages_by_message_id ON messages (mailbox_id, message_id_header, item_id)
  WHERE message_id_header IS NOT NULL;
CREATE INDEX messages_by_subject ON messages (mailbox_id, base_subject, received_at) WHERE base_subject <> '';
CREATE INDEX messages_by_raw_key ON messages (mailbox_id, raw_key);

CREATE TABLE message_parts (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  part_no INTEGER NOT NULL,
  path TEXT NOT NULL,
  media_type TEXT NOT NULL,
  charset TEXT,
  encoding TEXT NOT NULL,
  disposition TEXT,
  name TEXT,
  content_id TEXT,
  content_location TEXT,
  body_start INTEGER NOT NULL,
  body_end INTEGER NOT NULL,
  decoded_size INTEGER NOT NULL,
  is_attachment INTEGER NOT NULL,
  is_inline INTEGER NOT NULL,
  is_body INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, item_id, part_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  modseq INTEGER NOT NULL,
  raw_key TEXT,
  removed_at INTEGER,
  PRIMARY KEY (mailbox_id, folder_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_feed ON tombstones (mailbox_id, folder_id, modseq, item_id);
-- With tenant_id it answers by itself, without which the planner prefers to walk through the mailbox.
CREATE INDEX tombstones_by_raw_key ON tombstones (mailbox_id, raw_key, tenant_id) WHERE raw_key IS NOT NULL;

CREATE TABLE acl (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  grantee_id TEXT NOT NULL,
  rights TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id, grantee_id)
) STRICT, WITHOUT ROWID;
