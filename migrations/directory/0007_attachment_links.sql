-- Attachments that were too large for the way out and became links. `token_hash` opens nothing by itself.
CREATE TABLE attachment_links (
  tenant_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  body_start INTEGER NOT NULL,
  body_end INTEGER NOT NULL,
  encoding TEXT NOT NULL,
  media_type TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, link_id)
) STRICT;

CREATE UNIQUE INDEX attachment_links_by_token ON attachment_links (tenant_id, token_hash);
CREATE INDEX attachment_links_by_time ON attachment_links (tenant_id, created_at, link_id);
CREATE INDEX attachment_links_by_object ON attachment_links (tenant_id, kept, raw_key, ends_at);
