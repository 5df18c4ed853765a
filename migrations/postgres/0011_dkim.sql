-- Signing keys of the domains. `sealed_key` opens with the installation's secret alone.
CREATE TABLE directory.dkim_keys (
  tenant_id text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  selector text COLLATE "C" NOT NULL,
  algorithm text COLLATE "C" NOT NULL,
  public_key text COLLATE "C" NOT NULL,
  sealed_key text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  not_before bigint,
  not_after bigint,
  PRIMARY KEY (tenant_id, domain, selector)
);
