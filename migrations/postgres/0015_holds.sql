-- Legal holds. An empty user is the whole tenant.
CREATE TABLE directory.holds (
  tenant_id text COLLATE "C" NOT NULL,
  hold_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  placed_by text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  released_at bigint,
  released_by text COLLATE "C",
  PRIMARY KEY (tenant_id, hold_id)
);

-- Named JSON values of a user that the control plane decides by (e.g. quota).
CREATE TABLE directory.user_settings (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, user_id, name)
);
