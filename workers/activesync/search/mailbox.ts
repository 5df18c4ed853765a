import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Folder } from '../../../core/mail/types.ts';
import { CLASS_OF_KIND, type ItemKind } from '../../../core/pim/types.ts';
import type { SearchHit } from '../../../core/ports/search.ts';
import { parseQuery } from '../../../core/search/parse.ts';
import type { Query } from '../../../core/search/query.ts';
import { searchMailbox } from '../../../core/search/search-mailbox.ts';
import { DEFAULT_OPTIONS, itemBytes, type SyncOptions } from '../../../core/sync/options.ts';
import type { EasContext } from '../context.ts';
import { atLeast } from '../http/versions.ts';
import type { BodyOptions } from '../mail/body.ts';
import { mimeSupportOf, readBodyPreferences } from '../mail/body-preference.ts';
import { emailProperties, renderContext } from '../mail/email-data.ts';
import { classNameOf } from '../pim/class-name.ts';
import { itemProperties } from '../pim/render.ts';
import { STATUS } from '../status.ts';
import { type Criteria, readCriteria } from './criteria.ts';
import {
  extent,
  foldersAsked,
  foldersNamed,
  isMessage,
  renderPage,
  resultRange,
  type Stored,
} from './page.ts';

const { search: S } = STATUS;
/** Bytes of bodies in one answer: the rest of the results is for the next range. */
const REPLY_BYTES = 4 * 1024 * 1024;

/** Mailbox side of Search (MS-ASCMD 2.2.1.16): the Store of the request to the Store element of the response. */
export async function searchStore(context: EasContext, store: WbxmlElement): Promise<WbxmlNode> {
  const criteria = readCriteria(child(store, 'Search:Query'));
  if (typeof criteria === 'number') return failed(criteria);
  const options = child(store, 'Search:Options');
  // Of options that stand there twice the first counts (MS-ASCMD 2.2.3.143.3).
  const range = resultRange(textOf(options, 'Search:Range'));
  if (range === null) return failed(S.invalid);
  const preferences = readBodyPreferences(options, 'search', context.version);
  if (preferences.kind === 'error') return failed(preferences.status);
  const deep = children(options, 'Search:DeepTraversal').length > 0;
  const kinds = kindsOf(context, criteria.classes);

  const found = await find(context, criteria, kinds, deep);
  if (found === null) return failed(S.hierarchy);
  const { hits, query } = found;
  if (range.first > 0 && range.first >= hits.length) return failed(S.endOfRange);
  const bodies: BodyOptions = {
    bodies: preferences.bodies,
    bodyParts: preferences.bodyParts,
    mimeSupport: mimeSupportOf(options),
  };
  const { results, total } = await renderPage(context, hits, query, {
    range,
    shows: ({ kind }) => kinds.has(kind),
    fits: (items) => withinBudget(items, bodies),
    render: (item) => result(context, item, bodies),
  });
  return el(
    'Search:Store',
    el('Search:Status', S.ok),
    // Clients wait for one Result, which is empty when nothing was found (MS-ASCMD 2.2.3.155.2).
    results.length > 0 ? results : el('Search:Result'),
    ...extent({ range: 'Search:Range', total: 'Search:Total' }, range, results.length, total),
  );
}

/**
 * What of these kinds lies in folders of their class: no folder of mail tells of what is neither message nor text
 * message, and Deleted Items holds such. null: a folder that is named is not there.
 */
async function find(
  context: EasContext,
  criteria: Criteria,
  kinds: ReadonlySet<ItemKind>,
  deep: boolean,
): Promise<{ hits: SearchHit[]; query: Query } | null> {
  const { mailbox, services } = context;
  const lists: SearchHit[][] = [];
  const asked: Query[] = [];
  let stale = false;
  for (const wanted of [[...kinds].filter(isMail), [...kinds].filter((kind) => !isMail(kind))]) {
    if (wanted.length === 0) continue;
    const classes = wanted.map((kind) => CLASS_OF_KIND[kind]);
    const build = (folders: Folder[]) => {
      const folderIds = foldersAsked(folders, criteria.collectionIds, deep, classes);
      stale ||= folderIds === null;
      const query = folderIds === null ? null : queryOf(context, criteria, folders, folderIds);
      if (query !== null) asked.push(query);
      return query;
    };
    const { hits } = await searchMailbox(mailbox, services.search, build, { kinds: wanted });
    if (stale) return null;
    lists.push(hits);
  }
  const hits = lists.flat();
  if (lists.length > 1) hits.sort((a, b) => b.receivedAt - a.receivedAt || (a.itemId < b.itemId ? 1 : -1));
  return { hits, query: { kind: 'or', of: asked } };
}

function isMail(kind: ItemKind): boolean {
  return CLASS_OF_KIND[kind] === 'Email';
}

function failed(status: number): WbxmlNode {
  return el('Search:Store', el('Search:Status', status));
}

function queryOf(
  context: EasContext,
  criteria: Criteria,
  folders: Folder[],
  folderIds: string[],
): Query | null {
  const { texts, threadId, after, before } = criteria;
  const words = texts.map((text) =>
    parseQuery(text, {
      now: context.services.now(),
      foldersNamed: (name) => foldersNamed(folders, name),
    }),
  );
  const asked = words.filter((part) => part !== null);
  if (asked.length < words.length) return null;
  return {
    kind: 'and',
    of: [
      ...asked,
      { kind: 'folders', folderIds },
      ...(threadId === null ? [] : [{ kind: 'thread' as const, threadId }]),
      ...(after === null && before === null
        ? []
        : [{ kind: 'received' as const, from: after === null ? null : after + 1, before }]),
    ],
  };
}

const KINDS: readonly ItemKind[] = ['message', 'event', 'contact', 'task', 'note', 'sms'];

/** What the classes of a request are, which for none are all that its version knows (MS-ASCMD 2.2.1.16). */
function kindsOf({ version }: EasContext, classes: readonly string[]): ReadonlySet<ItemKind> {
  const known = KINDS.filter((kind) => atLeast(version, '14.0') || (kind !== 'note' && kind !== 'sms'));
  return new Set(known.filter((kind) => classes.length === 0 || classes.includes(classNameOf(kind))));
}

/** null for what has no form on the wire. */
async function result(context: EasContext, item: Stored, body: BodyOptions): Promise<WbxmlNode | null> {
  const { bodies } = body;
  const properties = isMessage(item)
    ? await emailProperties(renderContext(context), item, body)
    : await itemProperties(context, item, { ...DEFAULT_OPTIONS, bodies, sms: { filterType: 0, bodies } });
  if (properties === null) return null;
  return el(
    'Search:Result',
    el('AirSync:Class', classNameOf(item.kind)),
    el('Search:LongId', item.itemId),
    el('AirSync:CollectionId', item.folderId),
    el('Search:Properties', properties),
  );
}

/** As many of the items as one answer holds, one at least. */
function withinBudget(items: Stored[], { bodies, mimeSupport }: BodyOptions): Stored[] {
  const options: SyncOptions = { ...DEFAULT_OPTIONS, bodies, mimeSupport };
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += itemBytes(item, options);
    return bytes > REPLY_BYTES;
  });
  return end < 0 ? items : items.slice(0, Math.max(1, end));
}
