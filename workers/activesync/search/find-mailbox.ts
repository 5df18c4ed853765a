import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { MailAddress, Message } from '../../../core/mail/types.ts';
import { parseQuery } from '../../../core/search/parse.ts';
import type { Query } from '../../../core/search/query.ts';
import { searchMailbox } from '../../../core/search/search-mailbox.ts';
import { snippet } from '../../../core/search/snippet.ts';
import type { EasContext } from '../context.ts';
import { addressProperties, displayTo } from '../mail/addresses.ts';
import { isoTime } from '../mail/time.ts';
import { STATUS } from '../status.ts';
import { extent, foldersAsked, foldersNamed, isMessage, renderPage, resultRange } from './page.ts';

const { find: S } = STATUS;
const IMPORTANCE = { low: 0, normal: 1, high: 2 } as const;
const QUERY_CHILDREN = ['Find:FreeText', 'AirSync:Class', 'AirSync:CollectionId'];

/** The answer: status of the whole, and the Response when there is one to give. */
export interface FindAnswer {
  status: number;
  response: WbxmlNode | null;
}

/** Mailbox side of Find (MS-ASCMD 2.2.1.2): MailBoxSearchCriterion to an answer. */
export async function findInMailbox(
  context: EasContext,
  criterion: WbxmlElement,
  searchId: string,
): Promise<FindAnswer> {
  const asked = child(criterion, 'Find:Query');
  const options = child(criterion, 'Find:Options');
  const texts = children(asked, 'Find:FreeText').map((c) => c.text.trim());
  const range = resultRange(textOf(options, 'Find:Range'));
  const classes = children(asked, 'AirSync:Class').map((c) => c.text.trim());
  const unknown = asked?.children.some((c) => !QUERY_CHILDREN.includes(c.tag)) ?? true;
  if (unknown || range === null || !texts.some((text) => text !== '') || classes.some((c) => c !== 'Email')) {
    return invalid();
  }
  if (
    range.first > 0 &&
    (await context.services.search.notedSearch(context.ref, context.query.deviceId)) !== searchId
  ) {
    return { status: S.ok, response: response(S.startAtZero) };
  }
  const deep = children(options, 'Find:DeepTraversal').length > 0;
  const collectionIds = children(asked, 'AirSync:CollectionId').map((c) => c.text.trim());

  let query: Query | null = null;
  let stale = false;
  const { hits } = await searchMailbox(context.mailbox, context.services.search, (folders) => {
    const folderIds = foldersAsked(folders, collectionIds, deep, ['Email']);
    stale = folderIds === null;
    const words = parseQuery(texts.join(' '), {
      now: context.services.now(),
      foldersNamed: (name) => foldersNamed(folders, name),
    });
    if (folderIds === null || words === null) return null;
    query = { kind: 'and', of: [words, { kind: 'folders', folderIds }] };
    return query;
  });
  if (stale) return { status: S.hierarchy, response: null };
  if (range.first === 0) note(context, searchId);
  const { results, total } = await renderPage(context, hits, query ?? { kind: 'all' }, {
    range,
    // Deleted Items holds what is no mail.
    shows: isMessage,
    fits: (items) => items,
    render: async (item) => (isMessage(item) ? result(item, query) : null),
  });
  return {
    status: S.ok,
    response: response(
      S.ok,
      ...results,
      ...extent({ range: 'Find:Range', total: 'Find:Total' }, range, results.length, total),
    ),
  };
}

/** One or more of the parameters is wrong: said in both places (MS-ASCMD 2.2.3.177.2). */
export function invalid(): FindAnswer {
  return { status: S.invalid, response: response(S.invalid) };
}

function response(status: number, ...more: (WbxmlNode | null)[]): WbxmlNode {
  return el('Find:Response', el('ItemOperations:Store', 'Mailbox'), el('Find:Status', status), ...more);
}

/** Remembers the search, so that its further ranges are told from those of one that nobody began. */
function note(context: EasContext, searchId: string): void {
  context.services.defer(
    context.services.search
      .noteSearch(context.ref, context.query.deviceId, searchId)
      .catch((error: unknown) => context.log.warn('eas.search-not-noted', { error: String(error) })),
  );
}

function result(message: Message, query: Query | null): WbxmlNode {
  const from = addressProperties({ ...message, to: [], cc: [], replyTo: [] });
  const preview = snippet(message.textHead, query) || message.preview;
  return el(
    'Find:Result',
    el('AirSync:Class', 'Email'),
    el('AirSync:ServerId', message.itemId),
    el('AirSync:CollectionId', message.folderId),
    el(
      'Find:Properties',
      el('Email:Subject', message.subject),
      el('Email:DateReceived', isoTime(message.receivedAt)),
      displayTo(message),
      names('Find:DisplayCc', message.cc),
      names('Find:DisplayBcc', message.bcc),
      el('Email:Importance', IMPORTANCE[message.importance]),
      el('Email:Read', message.isRead),
      el('Email2:IsDraft', message.isDraft),
      preview === '' ? null : el('Find:Preview', preview),
      el(
        'Find:HasAttachments',
        message.attachments.some((part) => !part.isInline),
      ),
      from,
    ),
  );
}

/** Names parted by semicolons (MS-ASCMD 2.2.3.48). */
function names(tag: string, people: MailAddress[]): WbxmlNode | null {
  const text = people.map((a) => (a.name || a.address).replaceAll(';', ',')).join('; ');
  return text === '' ? null : el(tag, text);
}
