-- Collation "C" everywhere: the order of ids and addresses must be that of their bytes, as in SQLite.

CREATE SCHEMA directory;

CREATE TABLE directory.tenants (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  mail_shard text COLLATE "C" NOT NULL
);

CREATE TABLE directory.domains (
  domain text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  catch_all_user_id text COLLATE "C",
  enabled bigint NOT NULL
);

CREATE INDEX domains_by_tenant ON directory.domains (tenant_id, domain);

CREATE TABLE directory.users (
  user_id text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL UNIQUE,
  display_name text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  quota_bytes bigint,
  created_at bigint NOT NULL
);

CREATE INDEX users_by_tenant ON directory.users (tenant_id, address);

CREATE TABLE directory.aliases (
  address text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  enabled bigint NOT NULL
);

CREATE INDEX aliases_by_user ON directory.aliases (user_id, address);

CREATE TABLE directory.credentials (
  credential_id text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL
);

CREATE INDEX credentials_by_user ON directory.credentials (user_id);
CREATE UNIQUE INDEX credentials_one_password ON directory.credentials (user_id) WHERE kind = 'password';

CREATE TABLE directory.devices (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  device_type text COLLATE "C" NOT NULL,
  user_agent text COLLATE "C" NOT NULL,
  protocol_version text COLLATE "C" NOT NULL,
  first_seen_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  PRIMARY KEY (user_id, device_id)
);

CREATE TABLE directory.dead_letters (
  dead_letter_id text COLLATE "C" NOT NULL PRIMARY KEY,
  queue text COLLATE "C" NOT NULL,
  body text COLLATE "C" NOT NULL,
  error text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  failed_at bigint NOT NULL,
  replayed_at bigint
);

CREATE INDEX dead_letters_by_time ON directory.dead_letters (failed_at, dead_letter_id);

CREATE SCHEMA mail_state;

CREATE TABLE mail_state.mailboxes (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL PRIMARY KEY,
  modseq bigint NOT NULL,
  size_bytes bigint NOT NULL,
  item_count bigint NOT NULL,
  created_at bigint NOT NULL
);

CREATE TABLE mail_state.folders (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  parent_id text COLLATE "C",
  display_name text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  item_class text COLLATE "C" NOT NULL,
  modseq bigint NOT NULL,
  created_modseq bigint NOT NULL,
  content_modseq bigint NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id)
);

CREATE UNIQUE INDEX folders_one_per_role ON mail_state.folders (mailbox_id, role) WHERE role <> 'user';

CREATE TABLE mail_state.items (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  modseq bigint NOT NULL,
  created_modseq bigint NOT NULL,
  received_at bigint NOT NULL,
  is_read bigint NOT NULL,
  flag text COLLATE "C",
  categories text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  text_size bigint NOT NULL,
  html_size bigint NOT NULL,
  dedupe_key text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE INDEX items_feed ON mail_state.items (mailbox_id, folder_id, modseq, item_id);
CREATE INDEX items_snapshot ON mail_state.items (mailbox_id, folder_id, received_at, item_id);
CREATE UNIQUE INDEX items_dedupe ON mail_state.items (mailbox_id, dedupe_key);

CREATE TABLE mail_state.messages (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  raw_sha256 text COLLATE "C" NOT NULL,
  received_at bigint NOT NULL,
  message_id_header text COLLATE "C",
  thread_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  base_subject text COLLATE "C" NOT NULL,
  addresses text COLLATE "C" NOT NULL,
  sent_at bigint,
  importance text COLLATE "C" NOT NULL,
  content_class text COLLATE "C",
  preview text COLLATE "C" NOT NULL,
  text_head text COLLATE "C" NOT NULL,
  body_text_part bigint,
  body_html_part bigint,
  degraded text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE INDEX messages_by_message_id ON mail_state.messages (mailbox_id, message_id_header, item_id)
  WHERE message_id_header IS NOT NULL;
CREATE INDEX messages_by_subject ON mail_state.messages (mailbox_id, base_subject, received_at) WHERE base_subject <> '';
CREATE INDEX messages_by_raw_key ON mail_state.messages (mailbox_id, raw_key);

CREATE TABLE mail_state.message_parts (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  part_no bigint NOT NULL,
  path text COLLATE "C" NOT NULL,
  media_type text COLLATE "C" NOT NULL,
  charset text COLLATE "C",
  encoding text COLLATE "C" NOT NULL,
  disposition text COLLATE "C",
  name text COLLATE "C",
  content_id text COLLATE "C",
  content_location text COLLATE "C",
  body_start bigint NOT NULL,
  body_end bigint NOT NULL,
  decoded_size bigint NOT NULL,
  is_attachment bigint NOT NULL,
  is_inline bigint NOT NULL,
  is_body bigint NOT NULL,
  PRIMARY KEY (mailbox_id, item_id, part_no)
);

CREATE TABLE mail_state.tombstones (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  modseq bigint NOT NULL,
  raw_key text COLLATE "C",
  removed_at bigint,
  PRIMARY KEY (mailbox_id, folder_id, item_id)
);

CREATE INDEX tombstones_feed ON mail_state.tombstones (mailbox_id, folder_id, modseq, item_id);
CREATE INDEX tombstones_by_raw_key ON mail_state.tombstones (mailbox_id, raw_key)
  WHERE raw_key IS NOT NULL;

CREATE TABLE mail_state.acl (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  grantee_id text COLLATE "C" NOT NULL,
  rights text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id, grantee_id)
);

CREATE SCHEMA search;

CREATE TABLE search.documents (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  received_at bigint NOT NULL,
  -- The words were cut and folded by the application.
  words tsvector,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE INDEX documents_words ON search.documents USING gin (words);

CREATE SCHEMA audit;

CREATE TABLE audit.events (
  event_id text COLLATE "C" NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  tenant_id text COLLATE "C",
  actor text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  resource text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  details text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL
);

CREATE INDEX events_by_time ON audit.events (at, event_id);
CREATE INDEX events_by_tenant ON audit.events (tenant_id, at, event_id);

-- Reserved for work that waits: outgoing mail and its retries.
CREATE SCHEMA queue;
