import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Folder, ItemClass, Message } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { SearchHit } from '../../../core/ports/search.ts';
import type { Query } from '../../../core/search/query.ts';
import { itemsOf } from '../../../core/search/search-mailbox.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';

/** MS-ASCMD 2.2.3.143.1, 2.2.3.143.3: the default, and the most results of one answer. */
const MAX_RESULTS = 100;
const MAX_INDEX = 999;

export interface Range {
  first: number;
  last: number;
}

/** `m-n` with m at most n, without what one answer cannot hold; the default for undefined; null for anything else. */
export function resultRange(text: string | undefined): Range | null {
  if (text === undefined) return { first: 0, last: MAX_RESULTS - 1 };
  const match = /^\s*(\d{1,3})\s*-\s*(\d{1,7})\s*$/.exec(text);
  if (match === null) return null;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first > last ? null : { first, last: Math.min(last, MAX_INDEX, first + MAX_RESULTS - 1) };
}

/** What a search can find. */
export type Stored = Message | PimItem;

/**
 * Ids of the folders of these classes that are named, with those below them when `deep`; all of them for none or `0`.
 * null: one that is named is not there.
 */
export function foldersAsked(
  folders: readonly Folder[],
  named: readonly string[],
  deep: boolean,
  classes: readonly ItemClass[],
): string[] | null {
  const fitting = folders.filter((folder) => classes.includes(folder.itemClass));
  if (named.length === 0 || named.includes('0')) return fitting.map((folder) => folder.folderId);
  if (named.some((id) => !folders.some((folder) => folder.folderId === id))) return null;
  const wanted = new Set(named);
  for (let grown = deep; grown; ) {
    const below = folders.filter(
      (f) => !wanted.has(f.folderId) && f.parentId !== null && wanted.has(f.parentId),
    );
    for (const folder of below) wanted.add(folder.folderId);
    grown = below.length > 0;
  }
  return fitting.map((folder) => folder.folderId).filter((id) => wanted.has(id));
}

/** Folders that a person means by a name: `in:` of a query. */
export function foldersNamed(folders: readonly Folder[], name: string): string[] {
  const wanted = name.toLowerCase();
  return folders
    .filter((folder) => folder.displayName.toLowerCase() === wanted || folder.role === wanted)
    .map((folder) => folder.folderId);
}

/** One answer's part of the hits: results in their order, and how many hits there are in all. */
export async function renderPage(
  context: EasContext,
  hits: readonly SearchHit[],
  query: Query,
  page: {
    range: Range;
    /** Whether the answer may show an item at all. */
    shows(item: Stored): boolean;
    fits(items: Stored[]): Stored[];
    render(item: Stored): Promise<WbxmlNode | null>;
  },
): Promise<{ results: WbxmlNode[]; total: number }> {
  const { first, last } = page.range;
  const asked = hits.slice(first, last + 1);
  const found = (await itemsOf(context.mailbox, asked, query)).filter((item) => page.shows(item));
  const total = hits.length - (asked.length - found.length);
  const results: (WbxmlNode | null)[] = [];
  await mapBounded(
    page.fits(found).map((item, i) => ({ item, i })),
    FAN_OUT,
    async ({ item, i }) => {
      try {
        results[i] = await page.render(item);
      } catch (error) {
        // One item that cannot be shown hides no other.
        context.log.error('eas.result-not-rendered', { itemId: item.itemId, error: describeError(error) });
        results[i] = null;
      }
    },
  );
  return { results: results.filter((node) => node !== null), total };
}

/** Whether an item that was found is a message. */
export function isMessage(item: Stored): item is Message {
  return !('document' in item);
}

/** The elements behind the results. */
export function extent(names: { range: string; total: string }, range: Range, count: number, total: number) {
  return [
    count > 0 ? el(names.range, `${range.first}-${range.first + count - 1}`) : null,
    el(names.total, total),
  ];
}
