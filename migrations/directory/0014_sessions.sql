-- People who are signed in with a browser. Tokens are kept as SHA-256; `previous_hash` is the one before the last change.
CREATE TABLE sessions (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  previous_hash TEXT,
  previous_until INTEGER,
  method TEXT NOT NULL,
  password_id TEXT,
  created_at INTEGER NOT NULL,
  rotated_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  user_agent TEXT NOT NULL,
  address TEXT,
  PRIMARY KEY (tenant_id, user_id, session_id)
);

CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);
CREATE INDEX sessions_by_previous ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;

-- Codes of an app (secret sealed), recovery codes (SHA-256) and passkeys (public key).
CREATE TABLE sign_in_factors (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  factor_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  secret TEXT NOT NULL,
  counter INTEGER NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (tenant_id, user_id, factor_id)
);

-- What a later request answers to, once. An empty tenant and user: nobody knows yet who it is.
CREATE TABLE sign_in_challenges (
  challenge_hash TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  expires_at INTEGER NOT NULL
);

CREATE INDEX sign_in_challenges_by_end ON sign_in_challenges (tenant_id, expires_at);
