-- What an app password may be used for, until when, and when it was used last. NULL protocols: for all.
ALTER TABLE directory.credentials ADD COLUMN protocols text COLLATE "C";
ALTER TABLE directory.credentials ADD COLUMN binds_device bigint NOT NULL DEFAULT 0;
ALTER TABLE directory.credentials ADD COLUMN device_id text COLLATE "C";
ALTER TABLE directory.credentials ADD COLUMN expires_at bigint;
ALTER TABLE directory.credentials ADD COLUMN last_used_at bigint;
