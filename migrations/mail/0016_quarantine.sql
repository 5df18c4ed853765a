-- Mail that is kept out of its mailbox until somebody releases it.
CREATE TABLE quarantined (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  why TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  held_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  mail_from TEXT NOT NULL,
  recipient TEXT NOT NULL,
  author TEXT NOT NULL,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  files TEXT NOT NULL,
  verdict TEXT,
  correlation_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX quarantined_by_dedupe_key ON quarantined (mailbox_id, dedupe_key);
CREATE INDEX quarantined_by_raw_key ON quarantined (mailbox_id, raw_key, state, tenant_id);
CREATE INDEX quarantined_by_time ON quarantined (tenant_id, state, held_at, item_id);
CREATE INDEX quarantined_by_mailbox ON quarantined (tenant_id, mailbox_id, state, held_at, item_id);
CREATE INDEX quarantined_by_expiry ON quarantined (tenant_id, expires_at) WHERE state = 'held';
