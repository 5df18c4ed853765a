-- Who may act on more than their own mailbox. An empty domain is the whole tenant; `installation` 1 is every tenant.
CREATE TABLE directory.role_grants (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  installation bigint NOT NULL,
  domain text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  granted_by text COLLATE "C" NOT NULL,
  granted_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, user_id, installation, domain)
);

-- Tokens of programs, by their hash. An empty tenant is the installation, an empty domain the whole tenant.
CREATE TABLE directory.service_tokens (
  tenant_id text COLLATE "C" NOT NULL,
  token_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  topics text COLLATE "C" NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint,
  last_used_at bigint,
  PRIMARY KEY (tenant_id, token_id)
);

CREATE UNIQUE INDEX service_tokens_by_secret ON directory.service_tokens (secret_hash);
