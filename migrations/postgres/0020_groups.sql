-- Groups that receive mail: whose mail they take, who of their members gets it, and mail on its way to the members.
ALTER TABLE directory.mail_groups ADD COLUMN senders text COLLATE "C" NOT NULL DEFAULT 'inside';
ALTER TABLE directory.mail_groups ADD COLUMN external_members bigint NOT NULL DEFAULT 1;
ALTER TABLE directory.mail_groups ADD COLUMN hidden bigint NOT NULL DEFAULT 0;

CREATE TABLE directory.group_deliveries (
  tenant_id text COLLATE "C" NOT NULL,
  raw_key text COLLATE "C" NOT NULL,
  group_id text COLLATE "C" NOT NULL,
  recipients text COLLATE "C" NOT NULL,
  done bigint NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, raw_key)
);

CREATE INDEX group_deliveries_by_time ON directory.group_deliveries (tenant_id, created_at);
