-- When each aspect of an item changed last. Of what is older than these columns nothing more is known.
ALTER TABLE items ADD COLUMN read_modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN flag_modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN categories_modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN content_modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN thread_id TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN is_draft INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN last_verb INTEGER NOT NULL DEFAULT 0;
ALTER TABLE items ADD COLUMN last_verb_at INTEGER;

UPDATE items SET
  read_modseq = modseq,
  flag_modseq = modseq,
  categories_modseq = modseq,
  content_modseq = modseq,
  thread_id = coalesce(
    (SELECT m.thread_id FROM messages AS m WHERE m.mailbox_id = items.mailbox_id AND m.item_id = items.item_id), '');

-- With tenant_id, as tombstones_by_raw_key.
CREATE INDEX items_by_thread ON items (mailbox_id, thread_id, received_at, item_id, tenant_id) WHERE thread_id <> '';

ALTER TABLE messages ADD COLUMN message_class TEXT NOT NULL DEFAULT 'IPM.Note';
ALTER TABLE messages ADD COLUMN conversation_index TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN received_as_bcc INTEGER NOT NULL DEFAULT 0;

ALTER TABLE message_parts ADD COLUMN format TEXT;

-- So far there are only folders that every mailbox has, whose names are ASCII.
ALTER TABLE folders ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE folders SET name_key = lower(display_name);
CREATE UNIQUE INDEX folders_one_per_name ON folders (mailbox_id, coalesce(parent_id, ''), name_key)
  WHERE name_key <> '';

INSERT INTO folders (tenant_id, mailbox_id, folder_id, parent_id, display_name, name_key, role, item_class,
    modseq, created_modseq, content_modseq)
  SELECT tenant_id, mailbox_id, 'RI', NULL, 'RecipientInfo', 'recipientinfo',
    'recipientCache', 'Contacts', modseq + 1, modseq + 1, 0
  FROM mailboxes;
UPDATE mailboxes SET modseq = modseq + 1;

CREATE TABLE correspondents (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  uses INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation_rules (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, thread_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversation_rules_by_folder ON conversation_rules (mailbox_id, folder_id, tenant_id);

CREATE TABLE mailbox_settings (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, name)
) STRICT, WITHOUT ROWID;
