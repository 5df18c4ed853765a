-- Events, contacts, tasks, notes and text messages: items like messages, each with its whole document.
ALTER TABLE mail_state.items ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'message';

-- Walking through the objects of a folder; messages are not in it.
CREATE INDEX items_objects ON mail_state.items (mailbox_id, folder_id, item_id, tenant_id) WHERE kind <> 'message';

CREATE TABLE mail_state.objects (
  tenant_id text COLLATE "C" NOT NULL,
  mailbox_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  starts_at bigint,
  ends_at bigint,
  remind_at bigint,
  to_announce bigint NOT NULL,
  title text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  document text COLLATE "C" NOT NULL,
  PRIMARY KEY (mailbox_id, item_id)
);

CREATE INDEX objects_by_uid ON mail_state.objects (mailbox_id, uid, kind);
-- Across the mailboxes of a tenant, for the scheduled handler.
CREATE INDEX objects_to_remind ON mail_state.objects (tenant_id, remind_at, mailbox_id, item_id)
  WHERE remind_at IS NOT NULL;
CREATE INDEX objects_to_announce ON mail_state.objects (tenant_id, mailbox_id, item_id) WHERE to_announce = 1;

-- What a document is about: message, event, contact, task, note or sms.
ALTER TABLE search.documents ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'message';
CREATE INDEX documents_of_kind ON search.documents (mailbox_id, kind, received_at, item_id)
  WHERE kind <> 'message';
