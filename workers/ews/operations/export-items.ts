import { child } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { itemIdElements, loadViews } from '../items/load.ts';
import { itemIdOf } from '../items/render.ts';
import { packItem } from '../items/transfer.ts';
import { eachMessage } from '../response-messages.ts';

/** ExportItems (MS-OXWSBTRF 3.1.4.1): items with all that they are, as UploadItems takes them. */
export const exportItems: Operation = async (request, context) => {
  const views = await loadViews(context, itemIdElements(child(request, 'ItemIds')));
  return eachMessage(context, 'ExportItemsResponseMessage', views, async (view) => {
    if (view instanceof EwsError) throw view;
    return { ItemId: itemIdOf(view), Data: await packItem(view, context) };
  });
};
