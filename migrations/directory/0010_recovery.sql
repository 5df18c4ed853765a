-- What the last attempt at a queue message said, by queue and digest of the message, until it succeeds.
CREATE TABLE queue_failures (
  queue TEXT NOT NULL,
  digest TEXT NOT NULL,
  error TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  failed_at INTEGER NOT NULL,
  PRIMARY KEY (queue, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_failures_by_time ON queue_failures (failed_at);

ALTER TABLE dead_letters ADD COLUMN discarded_at INTEGER;

CREATE INDEX dead_letters_waiting ON dead_letters (queue, failed_at)
  WHERE replayed_at IS NULL AND discarded_at IS NULL;

-- Where work that goes on from run to run has come to (JSON by name).
CREATE TABLE work_cursors (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
