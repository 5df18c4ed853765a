-- PostgreSQL is one shard, out of which nothing moves: these are here so that both databases have the same tables.
CREATE TABLE directory.tenant_moves (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  move_id text COLLATE "C" NOT NULL,
  from_shard text COLLATE "C" NOT NULL,
  to_shard text COLLATE "C" NOT NULL,
  phase text COLLATE "C" NOT NULL,
  position text COLLATE "C" NOT NULL,
  tally text COLLATE "C" NOT NULL,
  error text COLLATE "C",
  keep_days bigint NOT NULL,
  fence bigint NOT NULL,
  lease_until bigint NOT NULL,
  started_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  switched_at bigint,
  ended_at bigint
);

CREATE TABLE mail_state.shard_moves (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  state text COLLATE "C" NOT NULL,
  peer text COLLATE "C" NOT NULL,
  move_id text COLLATE "C" NOT NULL,
  fence bigint NOT NULL,
  since bigint NOT NULL
);

CREATE TABLE mail_state.move_changes (
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  row_key text COLLATE "C" NOT NULL
);

CREATE INDEX move_changes_by_tenant ON mail_state.move_changes (tenant_id, seq);
