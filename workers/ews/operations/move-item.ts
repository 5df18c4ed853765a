import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { itemTarget } from '../folders/target.ts';
import { bringBack } from '../moving/bring-back.ts';
import { eachItem, itemAnswer, type Outcomes } from '../moving/each.ts';
import { moveViews } from '../moving/move.ts';

/** MoveItem (MS-OXWSCORE 3.1.4.7). Items keep their ids; what was removed for good may be moved back. */
export const moveItem: Operation = async (request, context) => {
  const to = await itemTarget(request, 'ToFolderId', context, {
    right: 'write',
    missing: 'ErrorToFolderNotFound',
  });
  const ids = child(request, 'ItemIds');
  const children = await bringBack(context, ids);
  const named: XmlElement = { ...request, children: ids === null ? [] : [{ ...ids, children }] };
  return eachItem(context, 'MoveItemResponseMessage', named, async (views) => {
    const outcomes: Outcomes = new Map();
    for (const [view, moved] of await moveViews(context, views, to)) {
      // MS-OXWSCORE 2.2.4.3: ReturnNewItemIds changes nothing, ids are told in any case.
      outcomes.set(view, moved instanceof EwsError ? moved : itemAnswer(view, view.state.itemId, moved));
    }
    return outcomes;
  });
};
