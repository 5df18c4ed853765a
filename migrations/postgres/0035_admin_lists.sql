-- Answers to requests that came with an Idempotency-Key. An empty tenant is the installation; no body: it is not kept.
CREATE TABLE directory.kept_answers (
  tenant_id text COLLATE "C" NOT NULL,
  caller text COLLATE "C" NOT NULL,
  key_hash text COLLATE "C" NOT NULL,
  request_hash text COLLATE "C" NOT NULL,
  claim text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  status bigint,
  body text COLLATE "C",
  PRIMARY KEY (tenant_id, caller, key_hash)
);

CREATE INDEX kept_answers_by_end ON directory.kept_answers (tenant_id, expires_at);

-- Every order in which something is listed has its index. The domain of an address is what comes after its last @.
CREATE INDEX users_by_status ON directory.users (tenant_id, status, address);
CREATE INDEX users_by_domain ON directory.users (
  tenant_id, substring(address from '[^@]*$'), address, status
);
CREATE INDEX mail_groups_by_domain ON directory.mail_groups (
  tenant_id, substring(address from '[^@]*$'), address
);

CREATE INDEX mail_group_members_by_tenant ON directory.mail_group_members (tenant_id, group_id, address);

DROP INDEX directory.devices_by_tenant;
CREATE INDEX devices_by_tenant ON directory.devices (tenant_id, user_id, device_id);
CREATE INDEX devices_by_state ON directory.devices (tenant_id, access, protocol_version, last_seen_at);

CREATE INDEX service_tokens_by_time ON directory.service_tokens (tenant_id, created_at, token_id);

DROP INDEX directory.outbox_by_time;
DROP INDEX directory.outbox_by_mailbox;
CREATE INDEX outbox_by_time ON directory.outbox (tenant_id, created_at, submission_id);
CREATE INDEX outbox_by_mailbox ON directory.outbox (tenant_id, mailbox_id, created_at, submission_id);
CREATE INDEX outbox_by_state_time ON directory.outbox (tenant_id, state, created_at, submission_id);

-- Also what is counted of the dead letters, without a look at their bodies.
DROP INDEX directory.dead_letters_waiting;
CREATE INDEX dead_letters_by_queue ON directory.dead_letters (queue, failed_at, dead_letter_id, replayed_at, discarded_at);
CREATE INDEX dead_letters_waiting ON directory.dead_letters (failed_at, dead_letter_id)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;
CREATE INDEX dead_letters_queue_waiting ON directory.dead_letters (queue, failed_at, dead_letter_id)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;
