-- Events, contacts, tasks, notes and text messages: items like messages, each with its whole document.
ALTER TABLE items ADD COLUMN kind TEXT NOT NULL DEFAULT 'message';

-- Walking through the objects of a folder; messages are not in it.
CREATE INDEX items_objects ON items (mailbox_id, folder_id, item_id, tenant_id) WHERE kind <> 'message';

-- With a rowid, as messages.
CREATE TABLE objects (
  tenant_id TEXT NOT NULL,
  mailbox_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  uid TEXT NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  remind_at INTEGER,
  to_announce INTEGER NOT NULL,
  title TEXT NOT NULL,
  digest TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
) STRICT;

CREATE INDEX objects_by_uid ON objects (mailbox_id, uid, kind);
-- Across the mailboxes of a tenant, for the scheduled handler.
CREATE INDEX objects_to_remind ON objects (tenant_id, remind_at, mailbox_id, item_id) WHERE remind_at IS NOT NULL;
CREATE INDEX objects_to_announce ON objects (tenant_id, mailbox_id, item_id) WHERE to_announce = 1;
