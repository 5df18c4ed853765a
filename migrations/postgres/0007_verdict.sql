-- What was found out about the origin of a message when it arrived (JSON).
ALTER TABLE mail_state.messages ADD COLUMN verdict text COLLATE "C";
