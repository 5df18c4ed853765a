-- A user who is deleted keeps address and mailbox for a while. `status` is `disabled` then, for readers that do not know
-- the column.
ALTER TABLE directory.users ADD COLUMN deleted_at bigint;

-- What becomes of deleted users, and the reports of what was erased. No address: only its digest.
CREATE TABLE directory.erasures (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  address_digest text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  former_status text COLLATE "C" NOT NULL,
  deleted_at bigint NOT NULL,
  erase_after bigint NOT NULL,
  finished_at bigint,
  next_at bigint,
  progress text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);

CREATE INDEX erasures_by_address ON directory.erasures (tenant_id, address_digest);
CREATE INDEX erasures_due ON directory.erasures (tenant_id, next_at) WHERE next_at IS NOT NULL;
