-- Other names of messages that were sent: a way out that gives them a Message-ID of its own has replies name that one.
CREATE TABLE mail_state.message_id_aliases (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  alias text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, alias)
);
