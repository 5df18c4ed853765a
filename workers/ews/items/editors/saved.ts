import type { XmlObject } from '../../../../codecs/soap/write.ts';
import type { EwsContext } from '../../context.ts';
import type { Box } from '../../mailboxes.ts';
import { viewsById } from '../load.ts';
import type { SavedItem } from '../property.ts';
import { renderItem } from '../render.ts';
import { readShape } from '../shape.ts';

/** Items of an answer after something was written: its id, and those of its files when it has new ones. */
export async function savedItems(
  context: EwsContext,
  box: Box,
  saved: SavedItem,
  withAttachments = false,
): Promise<XmlObject> {
  const [view] = saved === null ? [] : await viewsById(box, [saved.itemId]);
  if (view === undefined) return { Items: {} };
  const shown = { ...view, occurrence: saved?.occurrence ?? null };
  const paths = withAttachments ? [{ kind: 'field' as const, uri: 'item:Attachments' }] : [];
  return { Items: { $: [await renderItem(shown, readShape(null, 'IdOnly').shape, paths, context)] } };
}
