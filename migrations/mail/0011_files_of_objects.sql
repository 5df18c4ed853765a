-- Bytes of the files that are kept beside a document, which count in the size of the item and of the mailbox.
ALTER TABLE objects ADD COLUMN files_size INTEGER NOT NULL DEFAULT 0;

UPDATE objects SET files_size = (
  SELECT coalesce(sum(bytes), 0) FROM (
    SELECT max(cast(coalesce(json_extract(value, '$.size'), 0) AS INTEGER)) AS bytes
    FROM json_tree(objects.document)
    WHERE type = 'object' AND json_extract(value, '$.href') LIKE 'waypost:attachment/%'
    GROUP BY json_extract(value, '$.href')
  )
) WHERE instr(document, '"waypost:attachment/') > 0 AND json_valid(document);

UPDATE items SET size = size + (
  SELECT files_size FROM objects WHERE objects.mailbox_id = items.mailbox_id AND objects.item_id = items.item_id
) WHERE kind <> 'message' AND EXISTS (
  SELECT 1 FROM objects
  WHERE objects.mailbox_id = items.mailbox_id AND objects.item_id = items.item_id AND files_size > 0
);

UPDATE mailboxes SET size_bytes = size_bytes + (
  SELECT sum(files_size) FROM objects
  WHERE objects.tenant_id = mailboxes.tenant_id AND objects.mailbox_id = mailboxes.mailbox_id
) WHERE EXISTS (
  SELECT 1 FROM objects
  WHERE objects.tenant_id = mailboxes.tenant_id AND objects.mailbox_id = mailboxes.mailbox_id AND files_size > 0
);
