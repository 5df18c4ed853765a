import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { NotFoundError } from '../../../core/errors.ts';
import { restoreRemoved } from '../../../core/retention/restore.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { decodeId, encodeId } from '../ids/id.ts';

/**
 * Messages that are named where they lie in Recoverable Items come back into their folder, so that they can be moved like
 * anything else. The ids, with those of what came back as it is known now; what cannot be brought back is not there.
 */
export async function bringBack(
  { own, services, correlationId }: EwsContext,
  ids: XmlElement | null,
): Promise<XmlElement[]> {
  const { mailboxId } = own.ref;
  const named: XmlElement[] = [];
  for (const element of ids?.children ?? []) {
    const itemId = removedItem(element, mailboxId);
    if (itemId === null) {
      named.push(element);
      continue;
    }
    await restoreRemoved(services, own.ref, itemId, correlationId).catch((error: unknown) => {
      if (!(error instanceof NotFoundError)) throw error;
    });
    own.changed();
    named.push({ ...element, attributes: { Id: encodeId({ kind: 'item', mailboxId, itemId }) } });
  }
  return named;
}

/** The item of one's own that an ItemId names in Recoverable Items, or null. */
export function removedItem({ name, attributes }: XmlElement, mailboxId: string): string | null {
  if (name !== 'ItemId') return null;
  try {
    const id = decodeId(attributes['Id'] ?? '');
    return id.kind === 'removed' && id.mailboxId === mailboxId ? id.itemId : null;
  } catch (error) {
    if (error instanceof EwsError) return null;
    throw error;
  }
}
