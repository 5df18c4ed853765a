import type { Box } from '../../mailboxes.ts';
import type { StoredProperty } from '../view.ts';

/** Keeps MAPI properties with an item. modseq of the item afterwards. */
export async function storeExtended(
  box: Box,
  itemId: string,
  changes: Readonly<Record<string, StoredProperty | null>>,
  modseq: number,
): Promise<number> {
  const [change] = await box.store.setExtended([{ itemId, properties: changes }]);
  return change?.outcome === 'changed' ? change.modseq : modseq;
}
