-- The order in which items came into a folder, for lists that page by it.
CREATE INDEX items_entered ON mail_state.items (mailbox_id, folder_id, created_modseq, item_id);
