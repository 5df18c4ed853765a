-- What secrets of a tenant are sealed under; sealed itself under the secret of the installation.
CREATE TABLE tenant_keys (
  tenant_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  wrapped TEXT NOT NULL,
  secret_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, generation)
) STRICT, WITHOUT ROWID;

-- Codes of users are sealed anew with a tenant's new key.
CREATE INDEX sign_in_factors_by_kind ON sign_in_factors (tenant_id, kind, user_id, factor_id);
