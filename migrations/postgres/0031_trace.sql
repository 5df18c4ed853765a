-- The way of each message, apart from the chains: kept for days. Ids begin with their time, so the keys are in its order.
CREATE TABLE audit.trace_messages (
  tenant_id text COLLATE "C" NOT NULL,
  trace_id text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  direction text COLLATE "C" NOT NULL,
  sender text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  PRIMARY KEY (tenant_id, trace_id, recipient)
);

CREATE INDEX trace_by_sender ON audit.trace_messages (tenant_id, sender, trace_id, recipient);
CREATE INDEX trace_by_recipient ON audit.trace_messages (tenant_id, recipient, trace_id);
CREATE INDEX trace_by_message_id ON audit.trace_messages (tenant_id, message_id, trace_id, recipient);
CREATE INDEX trace_by_correlation ON audit.trace_messages (tenant_id, correlation_id, trace_id, recipient);
CREATE INDEX trace_by_domain ON audit.trace_messages (tenant_id, domain, trace_id, recipient);

CREATE TABLE audit.trace_steps (
  tenant_id text COLLATE "C" NOT NULL,
  trace_id text COLLATE "C" NOT NULL,
  step_key text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  step text COLLATE "C" NOT NULL,
  verdict text COLLATE "C" NOT NULL,
  details text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, trace_id, step_key)
);
