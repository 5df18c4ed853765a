-- MAPI properties that clients keep with items and folders (JSON), null where there are none.
ALTER TABLE mail_state.items ADD COLUMN extended text COLLATE "C";
ALTER TABLE mail_state.folders ADD COLUMN extended text COLLATE "C";
