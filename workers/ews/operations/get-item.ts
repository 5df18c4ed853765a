import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { rangedOccurrences } from '../calendar/ranges.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { wholeRemovedView } from '../folders/removed.ts';
import { itemIdElements, loadViews } from '../items/load.ts';
import { renderItem } from '../items/render.ts';
import { readShape } from '../items/shape.ts';
import type { ItemView } from '../items/view.ts';
import { removedItem } from '../moving/bring-back.ts';
import { message } from '../response-messages.ts';

const MESSAGE = 'GetItemResponseMessage';

/** GetItem (MS-OXWSCORE 3.1.4.4): rows of all items in a few reads, then what each of them needs besides. */
export const getItem: Operation = async (request, context) => {
  const { shape, paths } = readShape(child(request, 'ItemShape'));
  const ids = itemIdElements(child(request, 'ItemIds'));
  const views = await withRemoved(context, ids, await loadViews(context, ids));
  const messages = await mapBounded(views, FAN_OUT, (view, index) =>
    message(context, MESSAGE, async () => {
      if (view instanceof EwsError) throw view;
      const parts = await partsOf(context, view, ids[index]);
      const items: XmlPair[] = [];
      for (const one of [view, ...parts]) items.push(await renderItem(one, shape, paths, context));
      return { Items: { $: items } };
    }),
  );
  const pairs: XmlPair[] = messages.map((one) => [MESSAGE, one]);
  return { ResponseMessages: { $: pairs } };
};

/** Occurrences that are asked for beside their series, in the same answer. */
function partsOf(context: EwsContext, view: ItemView, id: XmlElement | undefined): Promise<ItemView[]> {
  const isRanged = id?.name === 'RecurringMasterItemIdRanges';
  return isRanged ? rangedOccurrences(context, view, id) : Promise.resolve([]);
}

/** What lies in Recoverable Items is read where it is. */
async function withRemoved(
  context: EwsContext,
  ids: readonly XmlElement[],
  views: (ItemView | EwsError)[],
): Promise<(ItemView | EwsError)[]> {
  const { own } = context;
  const removed = ids.map((element) => removedItem(element, own.ref.mailboxId));
  if (removed.every((itemId) => itemId === null)) return views;
  return mapBounded(views, FAN_OUT, async (view, index) => {
    const itemId = removed[index] ?? null;
    return itemId === null ? view : ((await wholeRemovedView(context, own, itemId)) ?? view);
  });
}
