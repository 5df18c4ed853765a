-- What is learned of unwanted mail: counts of tokens (mailbox '' is the whole tenant), and what items taught.
CREATE TABLE mail_state.spam_tokens (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  token text COLLATE "C" NOT NULL,
  spam bigint NOT NULL,
  ham bigint NOT NULL,
  learned_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id, token)
);

CREATE TABLE mail_state.spam_labels (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  former text COLLATE "C" NOT NULL,
  stamp text COLLATE "C" NOT NULL,
  learned_at bigint NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);
