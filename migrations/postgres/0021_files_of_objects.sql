-- Bytes of the files that are kept beside a document, which count in the size of the item and of the mailbox.
ALTER TABLE mail_state.objects ADD COLUMN files_size bigint NOT NULL DEFAULT 0;

-- By pattern: a document may hold text that jsonb refuses. Links have been written in this order alone.
UPDATE mail_state.objects SET files_size = (
  SELECT coalesce(sum(bytes), 0) FROM (
    SELECT max(link[2]::bigint) AS bytes
    FROM regexp_matches(
      document, '"href":"waypost:attachment/([0-9A-Za-z_-]{1,64})"[^{}]*?"size":(\d{1,15})', 'g'
    ) AS link
    GROUP BY link[1]
  ) AS files
) WHERE position('"waypost:attachment/' in document) > 0;

UPDATE mail_state.items SET size = size + files_size
FROM mail_state.objects
WHERE objects.mailbox_id = items.mailbox_id AND objects.item_id = items.item_id AND files_size > 0;

UPDATE mail_state.mailboxes SET size_bytes = size_bytes + files.bytes
FROM (
  SELECT tenant_id, mailbox_id, sum(files_size) AS bytes FROM mail_state.objects
  WHERE files_size > 0 GROUP BY tenant_id, mailbox_id
) AS files
WHERE files.tenant_id = mailboxes.tenant_id AND files.mailbox_id = mailboxes.mailbox_id;
