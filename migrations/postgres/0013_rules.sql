-- Inbox rules, what was told of sent mail, and what the mailbox sent by itself.
CREATE TABLE mail_state.rule_sets (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  stamp text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id)
);

CREATE TABLE mail_state.rules (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  rule_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  enabled bigint NOT NULL,
  body text COLLATE "C" NOT NULL,
  error text COLLATE "C",
  PRIMARY KEY (mailbox_id, rule_id)
);

CREATE TABLE mail_state.delivery_reports (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  text text COLLATE "C" NOT NULL,
  reported_at bigint NOT NULL,
  report_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, item_id, recipient, kind)
);

CREATE TABLE mail_state.automatic_sends (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  sent_at bigint NOT NULL,
  PRIMARY KEY (mailbox_id, kind, name)
);

CREATE INDEX automatic_sends_by_time ON mail_state.automatic_sends (mailbox_id, kind, sent_at);
