import type { Folder, Message } from '../mail/types.ts';
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
  { order = 'newest', limit = COUNTED }: Partial<SearchOptions> = {},
): Promise<Found> {
  const { folders } = await catchUp(mailbox, search);
  const asked = typeof query === 'function' ? query(folders) : query;
  if (asked === null) return { folders, hits: [], more: false };
  return { folders, ...(await search.query(mailbox.ref, asked, { order, limit })) };
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
