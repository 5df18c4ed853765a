-- When each aspect of an item changed last. Of what is older than these columns nothing more is known.
ALTER TABLE mail_state.items ADD COLUMN read_modseq bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN flag_modseq bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN categories_modseq bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN content_modseq bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN thread_id text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE mail_state.items ADD COLUMN is_draft bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN last_verb bigint NOT NULL DEFAULT 0;
ALTER TABLE mail_state.items ADD COLUMN last_verb_at bigint;

UPDATE mail_state.items SET
  read_modseq = modseq,
  flag_modseq = modseq,
  categories_modseq = modseq,
  content_modseq = modseq,
  thread_id = coalesce(
    (SELECT m.thread_id FROM mail_state.messages AS m WHERE m.mailbox_id = items.mailbox_id AND m.item_id = items.item_id), '');

CREATE INDEX items_by_thread ON mail_state.items (mailbox_id, thread_id, received_at, item_id) WHERE thread_id <> '';

ALTER TABLE mail_state.messages ADD COLUMN message_class text COLLATE "C" NOT NULL DEFAULT 'IPM.Note';
ALTER TABLE mail_state.messages ADD COLUMN conversation_index text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE mail_state.messages ADD COLUMN received_as_bcc bigint NOT NULL DEFAULT 0;

ALTER TABLE mail_state.message_parts ADD COLUMN format text COLLATE "C";

-- So far there are only folders that every mailbox has, whose names are ASCII.
ALTER TABLE mail_state.folders ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '';
UPDATE mail_state.folders SET name_key = lower(display_name);
CREATE UNIQUE INDEX folders_one_per_name ON mail_state.folders (mailbox_id, coalesce(parent_id, ''), name_key)
  WHERE name_key <> '';

INSERT INTO mail_state.folders (tenant_id, mailbox_id, folder_id, parent_id, display_name, name_key, role, item_class,
    modseq, created_modseq, content_modseq)
  SELECT tenant_id, mailbox_id, 'RI', NULL, 'RecipientInfo', 'recipientinfo',
    'recipientCache', 'Contacts', modseq + 1, modseq + 1, 0
  FROM mail_state.mailboxes;
UPDATE mail_state.mailboxes SET modseq = modseq + 1;

CREATE TABLE mail_state.correspondents (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  uses bigint NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE TABLE mail_state.conversation_rules (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, thread_id)
);

CREATE INDEX conversation_rules_by_folder ON mail_state.conversation_rules (mailbox_id, folder_id);

CREATE TABLE mail_state.mailbox_settings (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, name)
);
