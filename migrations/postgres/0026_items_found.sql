-- What is unread, for lists of it: with kind and tenant_id it answers by itself.
CREATE INDEX items_unread ON mail_state.items (mailbox_id, folder_id, received_at, item_id)
  INCLUDE (kind, tenant_id) WHERE is_read = 0;
-- What is no message, which is not found by what is asked of messages.
CREATE INDEX items_others ON mail_state.items (mailbox_id, folder_id, received_at, item_id) WHERE kind <> 'message';
-- Message-IDs as they are compared, without case (store/dialect/text-functions.ts).
CREATE INDEX messages_by_folded_id ON mail_state.messages (
  mailbox_id,
  lower(replace(replace(message_id_header, U&'\212A', 'k'), U&'\0130', U&'i\0307') collate "C"),
  item_id
) WHERE message_id_header IS NOT NULL;
