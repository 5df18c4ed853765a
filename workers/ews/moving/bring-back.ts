import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { children } from '../../../codecs/soap/read.ts';
import { NotFoundError } from '../../../core/errors.ts';
import { restoreRemoved } from '../../../core/retention/restore.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { decodeId } from '../ids/id.ts';

/**
 * Messages among the ids that were removed for good come back into their folder, so that they can be moved out of
 * Recoverable Items like anything else. What cannot be brought back is not there.
 */
export async function bringBack(context: EwsContext, ids: XmlElement | null): Promise<void> {
  const { own, services, correlationId } = context;
  const wanted = new Set(
    children(ids, 'ItemId').flatMap((one) => ownItem(one.attributes['Id'], own.ref.mailboxId)),
  );
  if (wanted.size === 0) return;
  for (const { itemId } of await own.store.itemStates([...wanted])) wanted.delete(itemId);
  for (const itemId of wanted) {
    if ((await own.store.removedMessage(itemId)) === null) continue;
    await restoreRemoved(services, own.ref, itemId, correlationId).catch((error: unknown) => {
      if (!(error instanceof NotFoundError)) throw error;
    });
  }
}

function ownItem(text: string | undefined, mailboxId: string): string[] {
  try {
    const id = decodeId(text ?? '');
    return id.kind === 'item' && id.mailboxId === mailboxId ? [id.itemId] : [];
  } catch (error) {
    if (error instanceof EwsError) return [];
    throw error;
  }
}
