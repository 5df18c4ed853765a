import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { at } from '../../../codecs/soap/read.ts';
import { parseQuery } from '../../../core/search/parse.ts';
import type { Query } from '../../../core/search/query.ts';
import { searchMailbox } from '../../../core/search/search-mailbox.ts';
import type { EwsContext } from '../context.ts';
import { viewOf, viewsById } from '../items/load.ts';
import { extendedKey, isPath, readPath } from '../items/path.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';

/** Hits of the search index that are looked at. */
const MAX_HITS = 1000;

/** Views of items by their ids, in their order, in one read where all are messages; what is not there is left out. */
export async function viewsAt(box: Box, itemIds: readonly string[]): Promise<ItemView[]> {
  const messages = itemIds.length === 0 ? [] : await box.store.messages([...itemIds]);
  const found = new Map(messages.map((one) => [one.itemId, viewOf(box, one, one, null)]));
  const others = itemIds.filter((id) => !found.has(id));
  if (others.length > 0) for (const view of await viewsById(box, others)) found.set(view.state.itemId, view);
  return itemIds.flatMap((id) => found.get(id) ?? []);
}

/** MS-OXPROPS 2.1079: the name of an item in its folder, which begins with its id unless a client gave it another. */
export const URL_NAME = '0x10f3';

/** Id of the item to which a client gave no other name, or null. */
export function idOfName(name: string): string | null {
  return /^([0-9a-z]{26})\.(?:eml|ics)$/i.exec(name)?.[1]?.toLowerCase() ?? null;
}

/**
 * The item of a folder that a restriction names, when it is one for the name that programs take for a key: a folder need
 * not be read for it. null: no such restriction, or no such item, and the folder must be looked through.
 */
export async function itemNamed(
  box: Box,
  folderId: string,
  restriction: XmlElement | null,
): Promise<ItemView | null> {
  const [expression] = restriction?.children ?? [];
  const element = expression?.name === 'IsEqualTo' ? expression.children.find(isPath) : undefined;
  const path = element === undefined ? null : readPath(element);
  if (path?.kind !== 'extended' || extendedKey(path.property) !== URL_NAME) return null;
  const name = at(expression ?? null, 'FieldURIOrConstant', 'Constant')?.attributes['Value'] ?? '';
  const itemId = idOfName(name);
  if (itemId === null) return null;
  const [view] = await viewsById(box, [itemId]);
  return view?.state.folderId === folderId ? view : null;
}

/** What a QueryString finds in a folder (MS-OXWSSRCH 2.2.3.9, AQS), newest first. */
export async function itemsFound(
  context: EwsContext,
  box: Box,
  folderId: string,
  text: string,
): Promise<ItemView[]> {
  const asked = parseQuery(text, { now: context.services.now() });
  if (asked === null) return [];
  return views(context, box, { kind: 'and', of: [asked, { kind: 'folders', folderIds: [folderId] }] });
}

/** Items of a folder in whose body a text stands, by the index: words, the last of which may be the beginning of one. */
export async function idsWithBody(
  context: EwsContext,
  box: Box,
  folderId: string,
  text: string,
): Promise<Set<string>> {
  const body: Query = { kind: 'text', text, prefix: true, fields: ['body'] };
  const query: Query = { kind: 'and', of: [body, { kind: 'folders', folderIds: [folderId] }] };
  const { hits } = await searchMailbox(box.store, context.services.search, query, { limit: MAX_HITS });
  return new Set(hits.map((hit) => hit.itemId));
}

async function views(context: EwsContext, box: Box, query: Query): Promise<ItemView[]> {
  const { hits } = await searchMailbox(box.store, context.services.search, query, { limit: MAX_HITS });
  return viewsById(
    box,
    hits.map((hit) => hit.itemId),
  );
}
