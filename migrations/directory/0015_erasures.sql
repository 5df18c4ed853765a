-- A user who is deleted keeps address and mailbox for a while. `status` is `disabled` then, for readers that do not know
-- the column.
ALTER TABLE users ADD COLUMN deleted_at INTEGER;

-- What becomes of deleted users, and the reports of what was erased. No address: only its digest.
CREATE TABLE erasures (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  address_digest TEXT NOT NULL,
  state TEXT NOT NULL,
  former_status TEXT NOT NULL,
  deleted_at INTEGER NOT NULL,
  erase_after INTEGER NOT NULL,
  finished_at INTEGER,
  next_at INTEGER,
  progress TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_by_address ON erasures (tenant_id, address_digest);
CREATE INDEX erasures_due ON erasures (tenant_id, next_at) WHERE next_at IS NOT NULL;
