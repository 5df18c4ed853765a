import type { MailboxRef } from '../../core/mail/types.ts';
import type { SearchStore } from '../../core/ports/search.ts';

/** Ids of the messages that the index finds for a word or a phrase, newest first. */
export async function found(
  { search }: { search: SearchStore },
  ref: MailboxRef,
  text: string,
): Promise<string[]> {
  const query = { kind: 'text', text, prefix: false, fields: null } as const;
  const { hits } = await search.query(ref, query, { order: 'newest', limit: 100 });
  return hits.map((hit) => hit.itemId);
}
