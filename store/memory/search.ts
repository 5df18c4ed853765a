import type { MailboxRef } from '../../core/mail/types.ts';
import type { SearchStore } from '../../core/ports/search.ts';
import { compareText } from '../text.ts';
import { foldWords } from '../words.ts';

/** The search index in memory: a set of words for each document. */
export function createMemorySearchStore(): SearchStore {
  const mailboxes = new Map<string, Map<string, { receivedAt: number; words: Set<string> }>>();
  const documents = ({ tenantId, mailboxId }: MailboxRef) => {
    const key = JSON.stringify([tenantId, mailboxId]);
    const found = mailboxes.get(key) ?? new Map();
    mailboxes.set(key, found);
    return found;
  };
  return {
    async index(ref, ...list) {
      for (const { itemId, subject, people, body, attachments, receivedAt } of list) {
        const words = new Set([subject, people, body, attachments].flatMap(foldWords));
        documents(ref).set(itemId, { receivedAt, words });
      }
    },
    async remove(ref, itemIds) {
      for (const itemId of itemIds) documents(ref).delete(itemId);
    },
    async find(ref, text, limit) {
      const wanted = foldWords(text);
      if (wanted.length === 0) return [];
      return [...documents(ref)]
        .filter(([, { words }]) => wanted.every((word) => words.has(word)))
        .sort(([a, x], [b, y]) => y.receivedAt - x.receivedAt || compareText(b, a))
        .slice(0, limit)
        .map(([itemId]) => itemId);
    },
    ping: async () => undefined,
  };
}
