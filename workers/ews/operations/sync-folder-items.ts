import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import { beginFeed, type FeedNews, nextOfFeed } from '../../../core/feed/folder-feed.ts';
import { describeError } from '../../../platform/log.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, decodeId, encodeId } from '../ids/id.ts';
import { viewsOf } from '../items/load.ts';
import { itemIdOf, renderItem } from '../items/render.ts';
import { type AskedShape, readShape } from '../items/shape.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { syncFolder, syncMessage } from '../sync/folder.ts';
import { readItemsState, writeItemsState } from '../sync/items-state.ts';

/** Most changes in an answer (MS-OXWSSYNC 2.2.5.1). */
const MAX_CHANGES = 512;
const MAX_IGNORED = 1000;

/** SyncFolderItems (MS-OXWSSYNC 3.1.4.2): what is in a folder, and then what changed in it. */
export const syncFolderItems: Operation = async (request, context) =>
  syncMessage(context, 'SyncFolderItemsResponseMessage', 'IncludesLastItemInRange', async () => {
    const asked = readShape(child(request, 'ItemShape'));
    const place = await syncFolder(request, context);
    if (place === null) throw new SchemaError('SyncFolderId is missing.');
    const { box, folderId, folder } = place;
    const head = folder?.contentModseq ?? 0;
    const name = { mailboxId: box.ref.mailboxId, folderId };
    const known = await readItemsState(textOf(request, 'SyncState'), { ...name, head });
    const ignored = readIgnored(child(request, 'Ignore'));
    const begun = known ?? beginFeed(head);
    const { news, state, more } = await nextOfFeed(box.store, folderId, begun, head, roomOf(request));
    const told = news.filter((one) => !ignored.has(one.kind === 'gone' ? one.itemId : one.item.itemId));
    return {
      SyncState: await writeItemsState(name, state),
      IncludesLastItemInRange: !more,
      Changes: { $: await render(box, told, asked, context) },
    };
  });

function roomOf(request: XmlElement): number {
  const text = textOf(request, 'MaxChangesReturned') ?? String(MAX_CHANGES);
  const room = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (room < 1) throw new SchemaError('MaxChangesReturned must be 1 to 512.');
  return Math.min(room, MAX_CHANGES);
}

/** Items that the client does not want to hear of: those it has just changed itself. */
function readIgnored(element: XmlElement | null): Set<string> {
  const ids = element?.children ?? [];
  if (ids.length > MAX_IGNORED) throw new SchemaError('Ignore holds too many ids.');
  return new Set(ids.flatMap((one) => ignoredId(one.attributes['Id'] ?? '') ?? []));
}

/** null for what is no id of an item: there is nothing to leave out. */
function ignoredId(text: string): string | null {
  try {
    const id = decodeId(text);
    return id.kind === 'item' ? id.itemId : null;
  } catch (error) {
    if (error instanceof EwsError) return null;
    throw error;
  }
}

async function render(
  box: Box,
  news: readonly FeedNews[],
  asked: AskedShape,
  context: EwsContext,
): Promise<XmlPair[]> {
  const { mailboxId } = box.ref;
  const items = news.flatMap((one) => (one.kind === 'item' && !isRead(one) ? [one.item] : []));
  const views = new Map((await viewsOf(box, items)).map((view) => [view.state.itemId, view]));
  const changes: XmlPair[] = [];
  for (const one of news) {
    if (one.kind === 'gone') {
      const id = encodeId({ kind: 'item', mailboxId, itemId: one.itemId });
      changes.push(['Delete', { ItemId: { '@Id': id } }]);
      continue;
    }
    const { itemId, modseq } = one.item;
    if (isRead(one)) {
      const id = { '@Id': encodeId({ kind: 'item', mailboxId, itemId }), '@ChangeKey': changeKey(modseq) };
      changes.push(['ReadFlagChange', { ItemId: id, IsRead: one.item.isRead }]);
      continue;
    }
    const view = views.get(itemId);
    if (view === undefined) continue;
    const [element, content] = await renderSafely(view, asked, context);
    changes.push([one.known ? 'Update' : 'Create', { [element]: content }]);
  }
  return changes;
}

function isRead(one: FeedNews & { kind: 'item' }): boolean {
  return one.readOnly && one.item.kind === 'message';
}

/** An item that cannot be rendered is told by its id alone: it must not keep the folder from being followed (I20). */
async function renderSafely(
  view: ItemView,
  { shape, paths }: AskedShape,
  context: EwsContext,
): Promise<XmlPair> {
  try {
    return await renderItem(view, shape, paths, context, { cheapOnly: true });
  } catch (error) {
    const { itemId } = view.state;
    context.log.error('ews.item-left-bare', { itemId, error: describeError(error) });
    return [view.element, { ItemId: itemIdOf(view) }];
  }
}
