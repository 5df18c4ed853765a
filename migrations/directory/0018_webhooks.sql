-- Addresses that are told of events. An empty tenant is the installation.
CREATE TABLE webhooks (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_until INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  failing_since INTEGER,
  PRIMARY KEY (tenant_id, webhook_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhooks_on ON webhooks (status, tenant_id, webhook_id);

-- Events on their way to them, and for some days what became of them.
CREATE TABLE webhook_deliveries (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  attempted_at INTEGER,
  status_code INTEGER,
  duration_ms INTEGER,
  error TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, webhook_id, event_id)
) STRICT;

CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (tenant_id, webhook_id, created_at, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant_id, webhook_id, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (tenant_id, created_at) WHERE state <> 'waiting';
