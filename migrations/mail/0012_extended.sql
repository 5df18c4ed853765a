-- MAPI properties that clients keep with items and folders (JSON), null where there are none.
ALTER TABLE items ADD COLUMN extended TEXT;
ALTER TABLE folders ADD COLUMN extended TEXT;
