-- Messages on their way out. `recipients` is JSON: what became of each.
CREATE TABLE directory.outbox (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  submission_id text COLLATE "C" NOT NULL,
  shard text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  raw_size bigint NOT NULL,
  mail_from text COLLATE "C" NOT NULL,
  save_in_sent bigint NOT NULL,
  state text COLLATE "C" NOT NULL,
  recipients text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, submission_id)
);

CREATE INDEX outbox_by_state ON directory.outbox (tenant_id, state, updated_at);
