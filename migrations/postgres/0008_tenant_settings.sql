-- Named JSON values of a tenant.
CREATE TABLE directory.tenant_settings (
  tenant_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
