-- Who may act on more than their own mailbox. An empty domain is the whole tenant; `installation` 1 is every tenant.
CREATE TABLE role_grants (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  installation INTEGER NOT NULL,
  domain TEXT NOT NULL,
  role TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, installation, domain)
) STRICT, WITHOUT ROWID;

-- Tokens of programs, by their hash. An empty tenant is the installation, an empty domain the whole tenant.
CREATE TABLE service_tokens (
  tenant_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  domain TEXT NOT NULL,
  topics TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (tenant_id, token_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX service_tokens_by_secret ON service_tokens (secret_hash);
