import { parseQuery } from '../../../core/search/parse.ts';
import type { Query } from '../../../core/search/query.ts';
import { searchMailbox } from '../../../core/search/search-mailbox.ts';
import type { EwsContext } from '../context.ts';
import { REMOVED_FOLDER, removedViews } from '../folders/removed.ts';
import { viewsById, viewsOf } from '../items/load.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';

/** Rows that are read together. */
const PAGE = 500;
/** Hits of the search index that are looked at. */
const MAX_HITS = 1000;

/** All items of a folder, page by page, newest first. */
export async function* itemsOfFolder(box: Box, folderId: string): AsyncGenerator<ItemView[]> {
  if (folderId === REMOVED_FOLDER) {
    yield* removedViews(box);
    return;
  }
  for (let offset = 0; ; offset += PAGE) {
    const states = await box.store.pageItems(folderId, { by: 'received', descending: true }, offset, PAGE);
    if (states.length > 0) yield await viewsOf(box, states);
    if (states.length < PAGE) return;
  }
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
