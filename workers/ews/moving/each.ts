import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { itemIdElements, loadViews } from '../items/load.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { eachMessage } from '../response-messages.ts';

/** What became of an item: the content of its message, or why nothing did. */
export type Outcomes = Map<ItemView, XmlObject | EwsError>;

/** One message for each of ItemIds of an operation that treats all of them together. */
export async function eachItem(
  context: EwsContext,
  name: string,
  request: XmlElement,
  act: (views: readonly ItemView[]) => Promise<Outcomes>,
): Promise<XmlObject> {
  const loaded = await loadViews(context, itemIdElements(child(request, 'ItemIds')));
  const sound = loaded.filter((one): one is ItemView => !(one instanceof EwsError));
  const outcomes = sound.length === 0 ? new Map() : await act([...new Set(sound)]);
  return eachMessage(context, name, loaded, async (one) => {
    const outcome = one instanceof EwsError ? one : outcomes.get(one);
    if (outcome === undefined) throw new Error('an item was left out');
    if (outcome instanceof EwsError) throw outcome;
    return outcome;
  });
}

/** Items by the mailbox and the folder they lie in. */
export function byPlace(views: readonly ItemView[]): { box: Box; folderId: string; views: ItemView[] }[] {
  const groups = new Map<Box, Map<string, ItemView[]>>();
  for (const view of views) {
    const folders = groups.get(view.box) ?? new Map<string, ItemView[]>();
    groups.set(view.box, folders);
    const { folderId } = view.state;
    folders.set(folderId, [...(folders.get(folderId) ?? []), view]);
  }
  return [...groups].flatMap(([box, folders]) =>
    Array.from(folders, ([folderId, list]) => ({ box, folderId, views: list })),
  );
}

/** The id of an item that was moved or copied, as content of its message. */
export function itemAnswer(view: ItemView, itemId: string, modseq: number): XmlObject {
  const { mailboxId } = view.box.ref;
  const id = { '@Id': encodeId({ kind: 'item', mailboxId, itemId }), '@ChangeKey': changeKey(modseq) };
  return { Items: { $: [[view.element, { ItemId: id }]] } };
}
