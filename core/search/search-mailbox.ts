import type { Folder, Message } from '../mail/types.ts';
import type { PimItem } from '../pim/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SearchHit, SearchOptions, SearchStore } from '../ports/search.ts';
import { catchUp } from './catch-up.ts';
import { evaluate } from './evaluate.ts';
import type { Query } from './query.ts';

/** Hits that are counted; beyond, a total says so many. */
const COUNTED = 1000;

export interface Found {
  folders: Folder[];
  hits: SearchHit[];
  /** There are more than `hits`. */
  more: boolean;
}

/**
 * A search of a mailbox as it is now: flags, moves and removals count at once, new messages as soon as their text is
 * indexed, about a second after they arrive. `query` may depend on the folders.
 */
export async function searchMailbox(
  mailbox: MailboxStore,
  search: SearchStore,
  query: Query | ((folders: Folder[]) => Query | null),
  { order = 'newest', limit = COUNTED, ...kinds }: Partial<SearchOptions> = {},
): Promise<Found> {
  const { folders } = await catchUp(mailbox, search);
  const asked = typeof query === 'function' ? query(folders) : query;
  if (asked === null) return { folders, hits: [], more: false };
  return { folders, ...(await search.query(mailbox.ref, asked, { order, limit, ...kinds })) };
}

/**
 * The messages of a page of hits, without those that changed since so that they no longer match, as far as facts
 * other than words tell.
 */
export async function messagesOf(
  mailbox: MailboxStore,
  hits: readonly SearchHit[],
  query: Query,
): Promise<Message[]> {
  if (hits.length === 0) return [];
  const messages = await mailbox.messages(hits.map((hit) => hit.itemId));
  return messages.filter((message) => {
    const judged = {
      ...message,
      isFlagged: message.flag?.status === 2,
      hasAttachment: message.attachments.length > 0,
    };
    return evaluate(query, judged, () => null) !== false;
  });
}

/** The same of items of every kind, in the order of the hits. */
export async function itemsOf(
  mailbox: MailboxStore,
  hits: readonly SearchHit[],
  query: Query,
): Promise<(Message | PimItem)[]> {
  const messages = await messagesOf(mailbox, hits, query);
  const found = new Map<string, Message | PimItem>(messages.map((m) => [m.itemId, m]));
  const others = hits.map((hit) => hit.itemId).filter((id) => !found.has(id));
  const items = others.length === 0 ? [] : await mailbox.pimItems(others);
  for (const item of items) {
    const judged = { ...item, isFlagged: item.flag?.status === 2, hasAttachment: null };
    if (evaluate(query, judged, () => null) !== false) found.set(item.itemId, item);
  }
  return hits.flatMap((hit) => found.get(hit.itemId) ?? []);
}
