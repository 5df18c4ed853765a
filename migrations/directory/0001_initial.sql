CREATE TABLE tenants (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  mail_shard TEXT NOT NULL
) STRICT;

CREATE TABLE domains (
  domain TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  catch_all_user_id TEXT,
  enabled INTEGER NOT NULL
) STRICT;

CREATE INDEX domains_by_tenant ON domains (tenant_id, domain);

CREATE TABLE users (
  user_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  address TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  status TEXT NOT NULL,
  quota_bytes INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX users_by_tenant ON users (tenant_id, address);

CREATE TABLE aliases (
  address TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  enabled INTEGER NOT NULL
) STRICT;

CREATE INDEX aliases_by_user ON aliases (user_id, address);

CREATE TABLE credentials (
  credential_id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX credentials_by_user ON credentials (user_id);
CREATE UNIQUE INDEX credentials_one_password ON credentials (user_id) WHERE kind = 'password';

CREATE TABLE devices (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  device_type TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  protocol_version TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, device_id)
) STRICT;

CREATE TABLE dead_letters (
  dead_letter_id TEXT NOT NULL PRIMARY KEY,
  queue TEXT NOT NULL,
  body TEXT NOT NULL,
  error TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  failed_at INTEGER NOT NULL,
  replayed_at INTEGER
) STRICT;

CREATE INDEX dead_letters_by_time ON dead_letters (failed_at, dead_letter_id);
