-- How far each mailbox is written down in the journal of actions (docs/design/0014-action-journal.md).
CREATE TABLE mail_state.action_heads (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL PRIMARY KEY,
  captured bigint NOT NULL,
  segments bigint NOT NULL,
  lines bigint NOT NULL,
  snapshot_modseq bigint NOT NULL,
  snapshot_at bigint NOT NULL,
  digests text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL
);

-- Removals in the order in which they happened, also of folders that are gone.
CREATE INDEX tombstones_removed ON mail_state.tombstones (mailbox_id, modseq, item_id, tenant_id)
  WHERE removed_at IS NOT NULL;

-- What the last attempt at a queue message said, by queue and digest of the message, until it succeeds.
CREATE TABLE directory.queue_failures (
  queue text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  error text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  failed_at bigint NOT NULL,
  PRIMARY KEY (queue, digest)
);

CREATE INDEX queue_failures_by_time ON directory.queue_failures (failed_at);

ALTER TABLE directory.dead_letters ADD COLUMN discarded_at bigint;

CREATE INDEX dead_letters_waiting ON directory.dead_letters (queue, failed_at)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;

-- Where work that goes on from run to run has come to (JSON by name).
CREATE TABLE directory.work_cursors (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL
);
