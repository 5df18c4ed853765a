-- The index begins anew, with fields of their own for people and a mirror of each message's state. It is filled from
-- the mailboxes: `waypost reindex`.
DROP TABLE search.documents;

CREATE TABLE search.documents (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  received_at bigint NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  modseq bigint NOT NULL,
  is_read bigint NOT NULL,
  is_flagged bigint NOT NULL,
  has_attachment bigint NOT NULL,
  size bigint NOT NULL,
  categories text COLLATE "C" NOT NULL,
  -- The words were cut and folded by the application; each begins with a letter for its field.
  words tsvector NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE INDEX documents_words ON search.documents USING gin (words);
CREATE INDEX documents_by_time ON search.documents (mailbox_id, received_at, item_id);
CREATE INDEX documents_by_folder ON search.documents (mailbox_id, folder_id, received_at, item_id);
CREATE INDEX documents_by_thread ON search.documents (mailbox_id, thread_id, received_at, item_id);
CREATE INDEX documents_flagged ON search.documents (mailbox_id, received_at, item_id) WHERE is_flagged = 1;
CREATE INDEX documents_unread ON search.documents (mailbox_id, received_at, item_id) WHERE is_read = 0;
CREATE INDEX documents_in_categories ON search.documents (mailbox_id, received_at, item_id) WHERE categories <> '';

CREATE TABLE search.document_cursors (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  folder_id text COLLATE "C" NOT NULL,
  modseq bigint NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id)
);

CREATE TABLE search.noted_searches (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  device_id text COLLATE "C" NOT NULL,
  search_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, device_id)
);
