import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Folder, Message } from '../../../core/mail/types.ts';
import { parseQuery } from '../../../core/search/parse.ts';
import type { Query } from '../../../core/search/query.ts';
import { searchMailbox } from '../../../core/search/search-mailbox.ts';
import { bodyBytes, DEFAULT_OPTIONS, type SyncOptions } from '../../../core/sync/options.ts';
import type { EasContext } from '../context.ts';
import type { BodyOptions } from '../mail/body.ts';
import { mimeSupportOf, readBodyPreferences } from '../mail/body-preference.ts';
import { emailProperties, renderContext } from '../mail/email-data.ts';
import { STATUS } from '../status.ts';
import { type Criteria, readCriteria } from './criteria.ts';
import { extent, foldersAsked, foldersNamed, renderPage, resultRange } from './page.ts';

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

  let query: Query | null = null;
  let stale = false;
  const { hits } = await searchMailbox(context.mailbox, context.services.search, (folders) => {
    const asked = foldersAsked(folders, criteria.collectionIds, deep);
    stale = asked === null;
    query = asked === null ? null : queryOf(context, criteria, folders, asked);
    return query;
  });
  if (stale) return failed(S.hierarchy);
  if (range.first > 0 && range.first >= hits.length) return failed(S.endOfRange);
  const bodies: BodyOptions = {
    bodies: preferences.bodies,
    bodyParts: preferences.bodyParts,
    mimeSupport: mimeSupportOf(options),
  };
  const { results, total } = await renderPage(context, hits, query ?? { kind: 'all' }, {
    range,
    fits: (messages) => withinBudget(messages, bodies),
    render: async (message) =>
      el(
        'Search:Result',
        el('AirSync:Class', 'Email'),
        el('Search:LongId', message.itemId),
        el('AirSync:CollectionId', message.folderId),
        el('Search:Properties', await emailProperties(renderContext(context), message, bodies)),
      ),
  });
  return el(
    'Search:Store',
    el('Search:Status', S.ok),
    // Clients wait for one Result, which is empty when nothing was found (MS-ASCMD 2.2.3.155.2).
    results.length > 0 ? results : el('Search:Result'),
    ...extent({ range: 'Search:Range', total: 'Search:Total' }, range, results.length, total),
  );
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
  const { classes, texts, threadId, after, before } = criteria;
  if (classes.length > 0 && !classes.includes('Email')) return null;
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

/** As many of the messages as one answer holds, one at least. */
function withinBudget(messages: Message[], { bodies, mimeSupport }: BodyOptions): Message[] {
  const options: SyncOptions = { ...DEFAULT_OPTIONS, bodies, mimeSupport };
  let bytes = 0;
  const end = messages.findIndex((message) => {
    bytes += bodyBytes(message, options);
    return bytes > REPLY_BYTES;
  });
  return end < 0 ? messages : messages.slice(0, Math.max(1, end));
}
