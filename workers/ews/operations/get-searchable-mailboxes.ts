import type { Operation } from '../context.ts';
import { message } from '../response-messages.ts';

/** GetSearchableMailboxes (MS-OXWSEDISC): nobody searches the mailboxes of others over this protocol. */
export const getSearchableMailboxes: Operation = (_request, context) =>
  message(context, 'GetSearchableMailboxesResponseMessage', async () => ({ SearchableMailboxes: {} }));
