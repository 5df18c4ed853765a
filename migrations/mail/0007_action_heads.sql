-- How far each mailbox is written down in the journal of actions (docs/design/0014-action-journal.md).
CREATE TABLE action_heads (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL PRIMARY KEY,
  captured INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  snapshot_modseq INTEGER NOT NULL,
  snapshot_at INTEGER NOT NULL,
  digests TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Removals in the order in which they happened, also of folders that are gone.
CREATE INDEX tombstones_removed ON tombstones (mailbox_id, modseq, item_id, tenant_id) WHERE removed_at IS NOT NULL;
