-- What was found out about the origin of a message when it arrived (JSON).
ALTER TABLE messages ADD COLUMN verdict TEXT;
