-- Delivery to other hosts: attempts, delays, and what each entry still has to do.
ALTER TABLE directory.outbox ADD COLUMN from_domain text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE directory.outbox ADD COLUMN message_id text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE directory.outbox ADD COLUMN automatic bigint NOT NULL DEFAULT 0;
ALTER TABLE directory.outbox ADD COLUMN not_before bigint NOT NULL DEFAULT 0;
ALTER TABLE directory.outbox ADD COLUMN begun bigint NOT NULL DEFAULT 1;
ALTER TABLE directory.outbox ADD COLUMN copied bigint NOT NULL DEFAULT 0;
ALTER TABLE directory.outbox ADD COLUMN counted bigint NOT NULL DEFAULT 1;
ALTER TABLE directory.outbox ADD COLUMN next_attempt_at bigint NOT NULL DEFAULT 0;
ALTER TABLE directory.outbox ADD COLUMN claim text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE directory.outbox ADD COLUMN signature text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE directory.outbox ADD COLUMN reports text COLLATE "C" NOT NULL DEFAULT '[]';

CREATE INDEX outbox_due ON directory.outbox (tenant_id, state, next_attempt_at);
CREATE INDEX outbox_by_time ON directory.outbox (tenant_id, created_at);
CREATE INDEX outbox_by_mailbox ON directory.outbox (tenant_id, mailbox_id, created_at);

-- What was sent in each hour; an empty mailbox is the whole tenant.
CREATE TABLE directory.send_counters (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  automatic bigint NOT NULL,
  hour bigint NOT NULL,
  messages bigint NOT NULL,
  recipients bigint NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, automatic, hour)
);

-- Mailboxes that may not send, and those that were let off.
CREATE TABLE directory.send_locks (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  locked_at bigint,
  reason text COLLATE "C" NOT NULL,
  exempt_until bigint NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id)
);

-- Users who may send as, or on behalf of, another.
CREATE TABLE directory.send_grants (
  tenant_id text COLLATE "C" NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  grantee_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, owner_id, grantee_id)
);
