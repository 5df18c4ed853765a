-- People who are signed in with a browser. Tokens are kept as SHA-256; `previous_hash` is the one before the last change.
CREATE TABLE directory.sessions (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  token_hash text COLLATE "C" NOT NULL,
  previous_hash text COLLATE "C",
  previous_until bigint,
  method text COLLATE "C" NOT NULL,
  password_id text COLLATE "C",
  created_at bigint NOT NULL,
  rotated_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  user_agent text COLLATE "C" NOT NULL,
  address text COLLATE "C",
  PRIMARY KEY (tenant_id, user_id, session_id)
);

CREATE UNIQUE INDEX sessions_by_token ON directory.sessions (token_hash);
CREATE INDEX sessions_by_previous ON directory.sessions (previous_hash) WHERE previous_hash IS NOT NULL;

-- Codes of an app (secret sealed), recovery codes (SHA-256) and passkeys (public key).
CREATE TABLE directory.sign_in_factors (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  factor_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  secret text COLLATE "C" NOT NULL,
  counter bigint NOT NULL,
  label text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  confirmed_at bigint,
  last_used_at bigint,
  PRIMARY KEY (tenant_id, user_id, factor_id)
);

-- What a later request answers to, once. An empty tenant and user: nobody knows yet who it is.
CREATE TABLE directory.sign_in_challenges (
  challenge_hash text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL
);

CREATE INDEX sign_in_challenges_by_end ON directory.sign_in_challenges (tenant_id, expires_at);
