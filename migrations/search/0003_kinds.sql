-- What a document is about: message, event, contact, task, note or sms.
ALTER TABLE documents ADD COLUMN kind TEXT NOT NULL DEFAULT 'message';
-- Ends with document_id, as every index does: newest first.
CREATE INDEX documents_of_kind ON documents (mailbox_id, kind) WHERE kind <> 'message';
