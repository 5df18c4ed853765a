-- Mail that is kept out of its mailbox until somebody releases it.
CREATE TABLE mail_state.quarantined (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  dedupe_key text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  why text COLLATE "C" NOT NULL,
  received_at bigint NOT NULL,
  held_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  decided_at bigint,
  decided_by text COLLATE "C",
  mail_from text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  author text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  files text COLLATE "C" NOT NULL,
  verdict text COLLATE "C",
  correlation_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE UNIQUE INDEX quarantined_by_dedupe_key ON mail_state.quarantined (mailbox_id, dedupe_key);
CREATE INDEX quarantined_by_raw_key ON mail_state.quarantined (mailbox_id, raw_key, state, tenant_id);
CREATE INDEX quarantined_by_time ON mail_state.quarantined (tenant_id, state, held_at, item_id);
CREATE INDEX quarantined_by_mailbox ON mail_state.quarantined (tenant_id, mailbox_id, state, held_at, item_id);
CREATE INDEX quarantined_by_expiry ON mail_state.quarantined (tenant_id, expires_at) WHERE state = 'held';
