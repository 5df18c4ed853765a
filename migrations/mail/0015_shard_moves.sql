-- Where tenants stand that came to this shard, leave it or have left it (docs/design/0018-tenant-move.md).
CREATE TABLE shard_moves (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  peer TEXT NOT NULL,
  move_id TEXT NOT NULL,
  fence INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows that were written while their tenant was copied. Numbers are never given twice.
CREATE TABLE move_changes (
  seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL
) STRICT;

CREATE INDEX move_changes_by_tenant ON move_changes (tenant_id, seq);
