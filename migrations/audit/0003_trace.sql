-- The way of each message, apart from the chains: kept for days. Ids begin with their time, so the keys are in its order.
CREATE TABLE trace_messages (
  tenant_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  at INTEGER NOT NULL,
  direction TEXT NOT NULL,
  sender TEXT NOT NULL,
  domain TEXT NOT NULL,
  message_id TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, trace_id, recipient)
) STRICT, WITHOUT ROWID;

CREATE INDEX trace_by_sender ON trace_messages (tenant_id, sender, trace_id, recipient);
CREATE INDEX trace_by_recipient ON trace_messages (tenant_id, recipient, trace_id);
CREATE INDEX trace_by_message_id ON trace_messages (tenant_id, message_id, trace_id, recipient);
CREATE INDEX trace_by_correlation ON trace_messages (tenant_id, correlation_id, trace_id, recipient);
CREATE INDEX trace_by_domain ON trace_messages (tenant_id, domain, trace_id, recipient);

CREATE TABLE trace_steps (
  tenant_id TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  step_key TEXT NOT NULL,
  at INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  step TEXT NOT NULL,
  verdict TEXT NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (tenant_id, trace_id, step_key)
) STRICT, WITHOUT ROWID;
