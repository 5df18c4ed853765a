-- What secrets of a tenant are sealed under; sealed itself under the secret of the installation.
CREATE TABLE directory.tenant_keys (
  tenant_id text COLLATE "C" NOT NULL,
  generation bigint NOT NULL,
  wrapped text COLLATE "C" NOT NULL,
  secret_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, generation)
);

-- Codes of users are sealed anew with a tenant's new key.
CREATE INDEX sign_in_factors_by_kind ON directory.sign_in_factors (tenant_id, kind, user_id, factor_id);
