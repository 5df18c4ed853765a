ALTER TABLE directory.devices ADD COLUMN access text COLLATE "C" NOT NULL DEFAULT 'default';
-- A wipe that was asked for and not yet acknowledged; then the last one that was.
ALTER TABLE directory.devices ADD COLUMN wipe text COLLATE "C";
ALTER TABLE directory.devices ADD COLUMN wipe_requested_at bigint;
ALTER TABLE directory.devices ADD COLUMN wipe_sent_at bigint;
ALTER TABLE directory.devices ADD COLUMN wipe_failed_at bigint;
ALTER TABLE directory.devices ADD COLUMN wiped text COLLATE "C";
ALTER TABLE directory.devices ADD COLUMN wiped_at bigint;
ALTER TABLE directory.devices ADD COLUMN pending_key bigint;
ALTER TABLE directory.devices ADD COLUMN pending_revision text COLLATE "C";
ALTER TABLE directory.devices ADD COLUMN policy_key bigint;
ALTER TABLE directory.devices ADD COLUMN policy_revision text COLLATE "C";
ALTER TABLE directory.devices ADD COLUMN compliance text COLLATE "C";
ALTER TABLE directory.devices ADD COLUMN acknowledged_at bigint;
ALTER TABLE directory.devices ADD COLUMN information text COLLATE "C" NOT NULL DEFAULT '{}';

CREATE INDEX devices_by_tenant ON directory.devices (tenant_id, user_id);

-- The tenant's own policy has an empty user.
CREATE TABLE directory.policies (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  terms text COLLATE "C" NOT NULL,
  settings text COLLATE "C" NOT NULL,
  revision text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE directory.device_settings (
  tenant_id text COLLATE "C" NOT NULL PRIMARY KEY,
  default_access text COLLATE "C" NOT NULL,
  rules text COLLATE "C" NOT NULL,
  max_devices bigint NOT NULL
);

CREATE TABLE directory.mobile_users (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL PRIMARY KEY,
  sync_enabled bigint NOT NULL
);
