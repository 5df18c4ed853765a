-- Addresses that are told of events. An empty tenant is the installation.
CREATE TABLE directory.webhooks (
  tenant_id text COLLATE "C" NOT NULL,
  webhook_id text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  events text COLLATE "C" NOT NULL,
  description text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  secret text COLLATE "C" NOT NULL,
  previous_secret text COLLATE "C",
  previous_until bigint,
  created_by text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  failing_since bigint,
  PRIMARY KEY (tenant_id, webhook_id)
);

CREATE INDEX webhooks_on ON directory.webhooks (status, tenant_id, webhook_id);

-- Events on their way to them, and for some days what became of them.
CREATE TABLE directory.webhook_deliveries (
  tenant_id text COLLATE "C" NOT NULL,
  webhook_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  body text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  created_at bigint NOT NULL,
  next_attempt_at bigint NOT NULL,
  attempted_at bigint,
  status_code bigint,
  duration_ms bigint,
  error text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, webhook_id, event_id)
);

CREATE INDEX webhook_deliveries_newest ON directory.webhook_deliveries (tenant_id, webhook_id, created_at, event_id);
CREATE INDEX webhook_deliveries_due ON directory.webhook_deliveries (tenant_id, webhook_id, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_old ON directory.webhook_deliveries (tenant_id, created_at) WHERE state <> 'waiting';
