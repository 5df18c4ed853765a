-- Attachments that were too large for the way out and became links. `token_hash` opens nothing by itself.
CREATE TABLE directory.attachment_links (
  tenant_id text COLLATE "C" NOT NULL,
  link_id text COLLATE "C" NOT NULL,
  token_hash text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  submission_id text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  body_start bigint NOT NULL,
  body_end bigint NOT NULL,
  encoding text COLLATE "C" NOT NULL,
  media_type text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  created_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  revoked bigint NOT NULL,
  kept bigint NOT NULL,
  PRIMARY KEY (tenant_id, link_id)
);

CREATE UNIQUE INDEX attachment_links_by_token ON directory.attachment_links (tenant_id, token_hash);
CREATE INDEX attachment_links_by_time ON directory.attachment_links (tenant_id, created_at, link_id);
CREATE INDEX attachment_links_by_object ON directory.attachment_links (tenant_id, kept, raw_key, ends_at);
