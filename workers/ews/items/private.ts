import { isPrivate } from '../../../core/access/private.ts';
import { EwsError } from '../errors.ts';
import type { ItemView } from './view.ts';

/** What stands against a change of an item by somebody who may not see what it is; null for its owner, and for all else. */
export function whyHidden({ box, pim }: ItemView): EwsError | null {
  if (box.seesPrivate || (pim?.kind !== 'event' && pim?.kind !== 'task') || !isPrivate(pim.document))
    return null;
  return new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
}

/** @throws EwsError ErrorAccessDenied for what is private to somebody else */
export function demandOpen(view: ItemView): void {
  const fault = whyHidden(view);
  if (fault !== null) throw fault;
}
