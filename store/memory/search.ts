import type { MailboxRef } from '../../core/mail/types.ts';
import type { FeedCursor } from '../../core/ports/mail.ts';
import type { SearchDocument, SearchHit, SearchStore } from '../../core/ports/search.ts';
import { evaluate } from '../../core/search/evaluate.ts';
import type { TextField } from '../../core/search/query.ts';
import { newestFirst, RANKED, rank } from '../../core/search/rank.ts';
import {
  alternatives,
  type DocumentWords,
  documentWords,
  holdsTerm,
  looseTerms,
  type Terms,
} from '../search-words.ts';
import { compareText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

interface Document {
  state: SearchDocument;
  words: DocumentWords;
}

interface Mailbox {
  documents: Map<string, Document>;
  cursors: Map<string, FeedCursor>;
  noted: Map<string, string>;
}

/** The search index in memory: the words of each document, walked through for every query. */
export function createMemorySearchStore(erasables: Erasable[]): SearchStore {
  const mailboxes = new Map<string, Mailbox>();
  erasables.push(
    erasableRows(
      'search.documents',
      mailboxes,
      (mailbox, { ref }, key) =>
        key === JSON.stringify([ref.tenantId, ref.mailboxId]) &&
        mailbox.documents.size + mailbox.cursors.size + mailbox.noted.size > 0,
    ),
  );
  const of = ({ tenantId, mailboxId }: MailboxRef): Mailbox => {
    const key = JSON.stringify([tenantId, mailboxId]);
    const found = mailboxes.get(key) ?? { documents: new Map(), cursors: new Map(), noted: new Map() };
    mailboxes.set(key, found);
    return found;
  };
  return {
    async index(ref, ...list) {
      for (const document of list) {
        of(ref).documents.set(document.itemId, { state: document, words: documentWords(document) });
      }
    },
    async remove(ref, itemIds) {
      for (const itemId of itemIds) of(ref).documents.delete(itemId);
    },
    async clear(ref, limit) {
      const ids = [...of(ref).documents.keys()].slice(0, limit);
      for (const itemId of ids) of(ref).documents.delete(itemId);
      if (ids.length === 0) of(ref).cursors.clear();
      return ids.length;
    },
    async query(ref, query, { order, limit, kinds = ['message'] }) {
      const parts = alternatives(query);
      const { documents } = of(ref);
      const matching = [...documents.values()].filter(
        (document) => kinds.includes(document.state.kind) && parts.some((part) => matches(document, part)),
      );
      const hits = matching
        .map(({ state: { itemId, receivedAt } }) => ({ itemId, receivedAt }))
        .sort(newestFirst);
      const sorted = order === 'newest' ? hits : relevant(hits, documents, parts);
      return { hits: sorted.slice(0, limit), more: sorted.length > limit };
    },
    async cursors(ref) {
      return new Map(of(ref).cursors);
    },
    async mirror(ref, { states, gone, cursors, folders }) {
      const mailbox = of(ref);
      for (const state of states) {
        const document = mailbox.documents.get(state.itemId);
        if (document === undefined || document.state.modseq >= state.modseq) continue;
        document.state = { ...document.state, ...state, receivedAt: document.state.receivedAt };
      }
      for (const itemId of gone) mailbox.documents.delete(itemId);
      for (const [folderId, cursor] of cursors) {
        const known = mailbox.cursors.get(folderId);
        if (known === undefined || isAfter(cursor, known)) mailbox.cursors.set(folderId, cursor);
      }
      for (const folderId of folders) mailbox.cursors.delete(folderId);
    },
    async inFolder(ref, folderId, limit) {
      const inside = [...of(ref).documents.values()].filter(({ state }) => state.folderId === folderId);
      return inside.slice(0, limit).map(({ state }) => state.itemId);
    },
    indexed: async (ref, itemIds) => new Set(itemIds.filter((id) => of(ref).documents.has(id))),
    documents: async (ref, afterItemId, limit) =>
      [...of(ref).documents.keys()]
        .filter((id) => compareText(id, afterItemId) > 0)
        .sort(compareText)
        .slice(0, limit),
    async noteSearch(ref, deviceId, searchId) {
      of(ref).noted.set(deviceId, searchId);
    },
    async notedSearch(ref, deviceId) {
      return of(ref).noted.get(deviceId) ?? null;
    },
    ping: async () => undefined,
  };
}

function isAfter(a: FeedCursor, b: FeedCursor): boolean {
  return a.modseq > b.modseq || (a.modseq === b.modseq && a.itemId > b.itemId);
}

function matches({ state, words }: Document, terms: Terms): boolean {
  switch (terms.kind) {
    case 'and':
      return terms.of.every((part) => matches({ state, words }, part));
    case 'or':
      return terms.of.some((part) => matches({ state, words }, part));
    case 'not':
      return !matches({ state, words }, terms.of);
    case 'term':
      return holdsTerm(words, terms);
    default:
      return evaluate(terms, state, () => null) === true;
  }
}

function relevant(hits: SearchHit[], documents: ReadonlyMap<string, Document>, parts: Terms[]): SearchHit[] {
  const loose = looseTerms(parts);
  const ranked = hits.slice(0, RANKED);
  if (loose.length === 0 || ranked.length < 2) return hits;
  const holding = (...fields: TextField[]) =>
    new Set(
      ranked.flatMap(({ itemId }) => {
        const words = documents.get(itemId)?.words;
        return words !== undefined && loose.some((term) => holdsTerm(words, { ...term, fields }))
          ? [itemId]
          : [];
      }),
    );
  const places = {
    subject: holding('subject'),
    from: holding('from'),
    others: holding('to', 'cc', 'bcc', 'files'),
  };
  return [...rank(ranked, places), ...hits.slice(RANKED)];
}
