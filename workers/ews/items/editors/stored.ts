import type { Box } from '../../mailboxes.ts';
import type { StoredProperty } from '../view.ts';

/** Key that no client can name. */
const TOUCHED = 'ews:touched';

/** Keeps MAPI properties with an item. `before`: modseq that a client saw of it, if it did. modseq of the item afterwards. */
export async function storeExtended(
  box: Box,
  itemId: string,
  changes: Readonly<Record<string, StoredProperty | null>>,
  modseq: number,
  before: number | null = null,
): Promise<number> {
  const [change] = await box.store.setExtended([{ itemId, properties: changes }]);
  if (change?.outcome === 'changed') return change.modseq;
  if (modseq !== before) return modseq;
  // Clients take an item whose ChangeKey stays for one that was not written, also when nothing was to be changed.
  const touched = { [TOUCHED]: { type: 'String', value: String(modseq) } };
  const [again] = await box.store.setExtended([{ itemId, properties: touched }]);
  return again?.outcome === 'changed' ? again.modseq : modseq;
}
