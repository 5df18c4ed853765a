-- One chain for each tenant and one for the installation. The head is changed by compare and set.
CREATE TABLE chains (
  chain TEXT NOT NULL PRIMARY KEY,
  -- Number and hash of the last row.
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  -- Number of the oldest row that is kept, and the hash of the one before it.
  first_seq INTEGER NOT NULL,
  base_hash TEXT NOT NULL,
  -- The last row that an anchor in the bucket vouches for, and when it was written.
  anchored_seq INTEGER NOT NULL,
  anchored_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  tenant_id TEXT,
  actor TEXT NOT NULL,
  address TEXT,
  protocol TEXT,
  device_id TEXT,
  action TEXT NOT NULL,
  resource TEXT NOT NULL,
  outcome TEXT NOT NULL,
  details TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX entries_by_event ON entries (chain, event_id);
CREATE INDEX entries_by_time ON entries (at, event_id);
CREATE INDEX entries_by_chain_time ON entries (chain, at, event_id);
CREATE INDEX entries_by_actor ON entries (actor, at, event_id);
CREATE INDEX entries_by_correlation ON entries (correlation_id);
