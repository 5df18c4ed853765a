-- What an app password may be used for, until when, and when it was used last. NULL protocols: for all.
ALTER TABLE credentials ADD COLUMN protocols TEXT;
ALTER TABLE credentials ADD COLUMN binds_device INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN device_id TEXT;
ALTER TABLE credentials ADD COLUMN expires_at INTEGER;
ALTER TABLE credentials ADD COLUMN last_used_at INTEGER;
