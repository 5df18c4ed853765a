-- What is learned of unwanted mail: counts of tokens (mailbox '' is the whole tenant), and what items taught.
CREATE TABLE spam_tokens (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  token TEXT NOT NULL,
  spam INTEGER NOT NULL,
  ham INTEGER NOT NULL,
  learned_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE spam_labels (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  label TEXT NOT NULL,
  former TEXT NOT NULL,
  stamp TEXT NOT NULL,
  learned_at INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT, WITHOUT ROWID;
