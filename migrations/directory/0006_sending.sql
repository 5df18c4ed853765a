-- Delivery to other hosts: attempts, delays, and what each entry still has to do.
ALTER TABLE outbox ADD COLUMN from_domain TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN next_attempt_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN signature TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN reports TEXT NOT NULL DEFAULT '[]';

CREATE INDEX outbox_due ON outbox (tenant_id, state, next_attempt_at);
CREATE INDEX outbox_by_time ON outbox (tenant_id, created_at);
CREATE INDEX outbox_by_mailbox ON outbox (tenant_id, mailbox_id, created_at);

-- What was sent in each hour; an empty mailbox is the whole tenant.
CREATE TABLE send_counters (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  automatic INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, automatic, hour)
) STRICT, WITHOUT ROWID;

-- Mailboxes that may not send, and those that were let off.
CREATE TABLE send_locks (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  locked_at INTEGER,
  reason TEXT NOT NULL,
  exempt_until INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id)
) STRICT;

-- Users who may send as, or on behalf of, another.
CREATE TABLE send_grants (
  tenant_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  grantee_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (tenant_id, owner_id, grantee_id)
) STRICT;
