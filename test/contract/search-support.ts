import type { MailboxRef } from '../../core/mail/types.ts';
import type { SearchDocument, SearchStore } from '../../core/ports/search.ts';
import type { Query, TextField } from '../../core/search/query.ts';

export function document(itemId: string, over: Partial<SearchDocument> = {}): SearchDocument {
  return {
    itemId,
    kind: 'message',
    folderId: 'inbox',
    modseq: 1,
    receivedAt: 1,
    isRead: false,
    isFlagged: false,
    hasAttachment: false,
    categories: [],
    size: 1000,
    threadId: `thread-${itemId}`,
    subject: '',
    from: '',
    to: '',
    cc: '',
    bcc: '',
    body: '',
    files: '',
    ...over,
  };
}

/** Words that must all be there, whole. */
export function whole(text: string, fields: readonly TextField[] | null = null): Query {
  return {
    kind: 'and',
    of: text.split(' ').map((word) => ({ kind: 'text', text: word, prefix: false, fields })),
  };
}

export async function find(
  search: SearchStore,
  ref: MailboxRef,
  query: Query,
  limit = 100,
): Promise<string[]> {
  return (await search.query(ref, query, { order: 'newest', limit })).hits.map((hit) => hit.itemId);
}
