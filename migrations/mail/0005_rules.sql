-- Inbox rules, what was told of sent mail, and what the mailbox sent by itself.
CREATE TABLE rule_sets (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (mailbox_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  body TEXT NOT NULL,
  error TEXT,
  PRIMARY KEY (mailbox_id, rule_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_reports (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  reported_at INTEGER NOT NULL,
  report_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, item_id, recipient, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE automatic_sends (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  item_id TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, kind, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX automatic_sends_by_time ON automatic_sends (mailbox_id, kind, sent_at, tenant_id);
