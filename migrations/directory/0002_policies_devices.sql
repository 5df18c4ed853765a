ALTER TABLE devices ADD COLUMN access TEXT NOT NULL DEFAULT 'default';
-- A wipe that was asked for and not yet acknowledged; then the last one that was.
ALTER TABLE devices ADD COLUMN wipe TEXT;
ALTER TABLE devices ADD COLUMN wipe_requested_at INTEGER;
ALTER TABLE devices ADD COLUMN wipe_sent_at INTEGER;
ALTER TABLE devices ADD COLUMN wipe_failed_at INTEGER;
ALTER TABLE devices ADD COLUMN wiped TEXT;
ALTER TABLE devices ADD COLUMN wiped_at INTEGER;
ALTER TABLE devices ADD COLUMN pending_key INTEGER;
ALTER TABLE devices ADD COLUMN pending_revision TEXT;
ALTER TABLE devices ADD COLUMN policy_key INTEGER;
ALTER TABLE devices ADD COLUMN policy_revision TEXT;
ALTER TABLE devices ADD COLUMN compliance TEXT;
ALTER TABLE devices ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE devices ADD COLUMN information TEXT NOT NULL DEFAULT '{}';

CREATE INDEX devices_by_tenant ON devices (tenant_id, user_id);

-- The tenant's own policy has an empty user.
CREATE TABLE policies (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  terms TEXT NOT NULL,
  settings TEXT NOT NULL,
  revision TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
) STRICT;

CREATE TABLE device_settings (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  default_access TEXT NOT NULL,
  rules TEXT NOT NULL,
  max_devices INTEGER NOT NULL
) STRICT;

CREATE TABLE mobile_users (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL PRIMARY KEY,
  sync_enabled INTEGER NOT NULL
) STRICT;
