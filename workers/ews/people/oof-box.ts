import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { textOf } from '../../../codecs/soap/read.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import type { Box } from '../mailboxes.ts';

/** The mailbox whose absence is asked for: one's own alone. @throws EwsError ErrorAccessDenied */
export async function oofBox(context: EwsContext, mailbox: XmlElement | null): Promise<Box> {
  const address = textOf(mailbox, 'Address') ?? '';
  if (address === '') return context.own;
  const box = await context.open({ address });
  if (!box.own) throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return box;
}
