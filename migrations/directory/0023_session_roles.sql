-- Roles that a provider's token brought into a session: JSON, or null where it brought none.
ALTER TABLE sessions ADD COLUMN token_roles TEXT;
