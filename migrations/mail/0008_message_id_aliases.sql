-- Other names of messages that were sent: a way out that gives them a Message-ID of its own has replies name that one.
CREATE TABLE message_id_aliases (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  alias TEXT NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, alias)
) STRICT, WITHOUT ROWID;
