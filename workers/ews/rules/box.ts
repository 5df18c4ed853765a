import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import type { Box } from '../mailboxes.ts';

/** The mailbox whose rules are meant: one's own. @throws EwsError ErrorAccessDenied, ErrorNonExistentMailbox */
export async function rulesBox(context: EwsContext, address: string | null): Promise<Box> {
  const box = address === null || address.trim() === '' ? context.own : await context.open({ address });
  if (!box.own) throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return box;
}
