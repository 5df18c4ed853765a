-- The last move of each tenant from one mail shard to another (docs/design/0018-tenant-move.md).
CREATE TABLE tenant_moves (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  move_id TEXT NOT NULL,
  from_shard TEXT NOT NULL,
  to_shard TEXT NOT NULL,
  phase TEXT NOT NULL,
  position TEXT NOT NULL,
  tally TEXT NOT NULL,
  error TEXT,
  keep_days INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  switched_at INTEGER,
  ended_at INTEGER
) STRICT, WITHOUT ROWID;
