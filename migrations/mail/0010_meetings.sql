-- What a message says of a meeting (JSON).
ALTER TABLE messages ADD COLUMN meeting TEXT;
