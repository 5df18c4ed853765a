import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { message } from '../response-messages.ts';

/** GetSearchableMailboxes (MS-OXWSEDISC): nobody has the right to search the mailboxes of others over this protocol. */
export const getSearchableMailboxes: Operation = (_request, context) =>
  message(context, 'GetSearchableMailboxesResponseMessage', async () => {
    throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  });
