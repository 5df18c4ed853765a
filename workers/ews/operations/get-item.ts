import { child } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { itemIdElements, loadViews } from '../items/load.ts';
import { renderItem } from '../items/render.ts';
import { readShape } from '../items/shape.ts';
import { message } from '../response-messages.ts';

const MESSAGE = 'GetItemResponseMessage';

/** GetItem (MS-OXWSCORE 3.1.4.4): rows of all items in a few reads, then what each of them needs besides. */
export const getItem: Operation = async (request, context) => {
  const { shape, paths } = readShape(child(request, 'ItemShape'));
  const views = await loadViews(context, itemIdElements(child(request, 'ItemIds')));
  const messages = await mapBounded(views, FAN_OUT, (view) =>
    message(context, MESSAGE, async () => {
      if (view instanceof EwsError) throw view;
      return { Items: { $: [await renderItem(view, shape, paths, context)] } };
    }),
  );
  const pairs: XmlPair[] = messages.map((one) => [MESSAGE, one]);
  return { ResponseMessages: { $: pairs } };
};
