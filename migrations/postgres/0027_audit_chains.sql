-- One chain for each tenant and one for the installation. The head is changed by compare and set.
CREATE TABLE audit.chains (
  chain text COLLATE "C" NOT NULL PRIMARY KEY,
  -- Number and hash of the last row.
  seq bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  -- Number of the oldest row that is kept, and the hash of the one before it.
  first_seq bigint NOT NULL,
  base_hash text COLLATE "C" NOT NULL,
  -- The last row that an anchor in the bucket vouches for, and when it was written.
  anchored_seq bigint NOT NULL,
  anchored_at bigint NOT NULL
);

CREATE TABLE audit.entries (
  chain text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  tenant_id text COLLATE "C",
  actor text COLLATE "C" NOT NULL,
  address text COLLATE "C",
  protocol text COLLATE "C",
  device_id text COLLATE "C",
  action text COLLATE "C" NOT NULL,
  resource text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  details text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  PRIMARY KEY (chain, seq)
);

CREATE UNIQUE INDEX entries_by_event ON audit.entries (chain, event_id);
CREATE INDEX entries_by_time ON audit.entries (at, event_id);
CREATE INDEX entries_by_chain_time ON audit.entries (chain, at, event_id);
CREATE INDEX entries_by_actor ON audit.entries (actor, at, event_id);
CREATE INDEX entries_by_correlation ON audit.entries (correlation_id);
