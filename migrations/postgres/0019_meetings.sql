-- What a message says of a meeting (JSON).
ALTER TABLE mail_state.messages ADD COLUMN meeting text COLLATE "C";
