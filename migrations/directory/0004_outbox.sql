-- Messages on their way out. `recipients` is JSON: what became of each.
CREATE TABLE outbox (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  shard TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  raw_size INTEGER NOT NULL,
  mail_from TEXT NOT NULL,
  save_in_sent INTEGER NOT NULL,
  state TEXT NOT NULL,
  recipients TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, submission_id)
) STRICT;

CREATE INDEX outbox_by_state ON outbox (tenant_id, state, updated_at);
