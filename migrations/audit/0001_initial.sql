CREATE TABLE events (
  event_id TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  tenant_id TEXT,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT NOT NULL,
  outcome TEXT NOT NULL,
  details TEXT NOT NULL,
  correlation_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX events_by_time ON events (at, event_id);
CREATE INDEX events_by_tenant ON events (tenant_id, at, event_id);
