-- Groups that receive mail: whose mail they take, who of their members gets it, and mail on its way to the members.
ALTER TABLE mail_groups ADD COLUMN senders TEXT NOT NULL DEFAULT 'inside';
ALTER TABLE mail_groups ADD COLUMN external_members INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mail_groups ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

CREATE TABLE group_deliveries (
  tenant_id TEXT NOT NULL,
  raw_key TEXT NOT NULL,
  group_id TEXT NOT NULL,
  recipients TEXT NOT NULL,
  done INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, raw_key)
) STRICT;

CREATE INDEX group_deliveries_by_time ON group_deliveries (tenant_id, created_at);
