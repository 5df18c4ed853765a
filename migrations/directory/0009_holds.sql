-- Legal holds. An empty user is the whole tenant.
CREATE TABLE holds (
  tenant_id TEXT NOT NULL,
  hold_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  placed_by TEXT NOT NULL,
  since INTEGER NOT NULL,
  released_at INTEGER,
  released_by TEXT,
  PRIMARY KEY (tenant_id, hold_id)
) STRICT, WITHOUT ROWID;

-- Named JSON values of a user that the control plane decides by (e.g. quota).
CREATE TABLE user_settings (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, name)
) STRICT, WITHOUT ROWID;
