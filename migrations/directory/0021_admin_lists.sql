-- Answers to requests that came with an Idempotency-Key. An empty tenant is the installation; no body: it is not kept.
CREATE TABLE kept_answers (
  tenant_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  claim TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  body TEXT,
  PRIMARY KEY (tenant_id, caller, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX kept_answers_by_end ON kept_answers (tenant_id, expires_at);

-- Every order in which something is listed has its index. The domain of an address is what comes after its last @.
CREATE INDEX users_by_status ON users (tenant_id, status, address);
CREATE INDEX users_by_domain ON users (
  tenant_id, substr(address, length(rtrim(address, replace(address, '@', ''))) + 1), address, status
);
CREATE INDEX mail_groups_by_domain ON mail_groups (
  tenant_id, substr(address, length(rtrim(address, replace(address, '@', ''))) + 1), address
);

CREATE INDEX mail_group_members_by_tenant ON mail_group_members (tenant_id, group_id, address);

DROP INDEX devices_by_tenant;
CREATE INDEX devices_by_tenant ON devices (tenant_id, user_id, device_id);
CREATE INDEX devices_by_state ON devices (tenant_id, access, protocol_version, last_seen_at);

CREATE INDEX service_tokens_by_time ON service_tokens (tenant_id, created_at, token_id);

DROP INDEX outbox_by_time;
DROP INDEX outbox_by_mailbox;
CREATE INDEX outbox_by_time ON outbox (tenant_id, created_at, submission_id);
CREATE INDEX outbox_by_mailbox ON outbox (tenant_id, mailbox_id, created_at, submission_id);
CREATE INDEX outbox_by_state_time ON outbox (tenant_id, state, created_at, submission_id);

-- Also what is counted of the dead letters, without a look at their bodies.
DROP INDEX dead_letters_waiting;
CREATE INDEX dead_letters_by_queue ON dead_letters (queue, failed_at, dead_letter_id, replayed_at, discarded_at);
CREATE INDEX dead_letters_waiting ON dead_letters (failed_at, dead_letter_id)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;
CREATE INDEX dead_letters_queue_waiting ON dead_letters (queue, failed_at, dead_letter_id)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;
