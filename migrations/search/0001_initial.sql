CREATE TABLE documents (
  document_id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (mailbox_id, item_id)
) STRICT;

-- rowid is documents.document_id. `scope` holds one word made of tenant and mailbox, so that a query reads the
-- postings of one mailbox and not of everybody; the words were cut and folded by the application.
CREATE VIRTUAL TABLE document_text USING fts5 (
  tenant_id UNINDEXED,
  mailbox_id UNINDEXED,
  item_id UNINDEXED,
  scope,
  subject,
  people,
  body,
  attachments,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
);
