-- The index begins anew, with fields of their own for people and a mirror of each message's state. It is filled from
-- the mailboxes: `waypost reindex`.
DROP TABLE document_text;
DROP TABLE documents;

-- document_id begins with the time of receipt, so that the text index hands out the newest first.
CREATE TABLE documents (
  document_id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  folder_id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  modseq INTEGER NOT NULL,
  is_read INTEGER NOT NULL,
  is_flagged INTEGER NOT NULL,
  has_attachment INTEGER NOT NULL,
  size INTEGER NOT NULL,
  categories TEXT NOT NULL,
  UNIQUE (mailbox_id, item_id)
) STRICT;

-- Each ends with document_id, as every index does: newest first.
CREATE INDEX documents_by_time ON documents (mailbox_id);
CREATE INDEX documents_by_folder ON documents (mailbox_id, folder_id);
CREATE INDEX documents_by_thread ON documents (mailbox_id, thread_id);
CREATE INDEX documents_flagged ON documents (mailbox_id) WHERE is_flagged = 1;
CREATE INDEX documents_unread ON documents (mailbox_id) WHERE is_read = 0;
CREATE INDEX documents_in_categories ON documents (mailbox_id) WHERE categories <> '';

-- rowid is documents.document_id; no text is kept, only its index. `scope` holds one word made of tenant and mailbox,
-- so that a query reads the postings of one mailbox and not of everybody; the words were cut and folded by the
-- application. `rest`: words of very long bodies, out of order.
CREATE VIRTUAL TABLE document_text USING fts5 (
  scope,
  subject,
  sender,
  recipients,
  copies,
  blind,
  body,
  files,
  rest,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

CREATE TABLE document_cursors (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  folder_id TEXT NOT NULL,
  modseq INTEGER NOT NULL,
  item_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, folder_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE noted_searches (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  search_id TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, device_id)
) STRICT, WITHOUT ROWID;
