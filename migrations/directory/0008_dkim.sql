-- Signing keys of the domains. `sealed_key` opens with the installation's secret alone.
CREATE TABLE dkim_keys (
  tenant_id TEXT NOT NULL,
  domain TEXT NOT NULL,
  selector TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  public_key TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  not_before INTEGER,
  not_after INTEGER,
  PRIMARY KEY (tenant_id, domain, selector)
) STRICT;
