import { and, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { ItemKind } from '../../core/pim/types.ts';
import type {
  SearchDocument,
  SearchHit,
  SearchOptions,
  SearchResult,
  SearchStore,
} from '../../core/ports/search.ts';
import type { TextField } from '../../core/search/query.ts';
import { newestFirst, RANKED, rank } from '../../core/search/rank.ts';
import { slices } from '../dialect/json-chunks.ts';
import type { Executor } from '../dialect/types.ts';
import type { SearchTables } from '../schema/search.ts';
import { alternatives, documentWords, looseTerms, type Term, type Terms } from '../search-words.ts';
import { askedId } from '../text.ts';
import { ping } from './ping.ts';
import { categoryText, type SearchContext, sourceOf } from './search-conditions.ts';
import { applyMirror } from './search-mirror.ts';

type Kinds = readonly ItemKind[];

interface ScopedTable {
  tenantId: SQLiteColumn;
  mailboxId: SQLiteColumn;
}

const IDS_PER_STATEMENT = 2000;
/** Keeps one write below some megabytes also when every body is as long as it may be. */
const DOCUMENTS_PER_WRITE = 16;

export function createSearchStore(executor: Executor, tables: SearchTables): SearchStore {
  const { build, dialect } = executor;
  const { documents, documentCursors, notedSearches } = tables;
  const scopedTo = (ref: MailboxRef, table: ScopedTable = documents) =>
    and(eq(table.tenantId, ref.tenantId), eq(table.mailboxId, ref.mailboxId));
  const contextOf = (ref: MailboxRef): SearchContext => ({ scope: ref, dialect, documents });

  function select(ref: MailboxRef, kinds: Kinds, terms: Terms, limit: number, among?: string[]) {
    const { from, condition, order } = sourceOf(contextOf(ref), terms);
    return build
      .select({
        itemId: sql<string>`${documents.itemId}`.as('item_id'),
        receivedAt: sql<number>`${documents.receivedAt}`.as('received_at'),
      })
      .from(from)
      .where(
        and(
          scopedTo(ref),
          ofKinds(documents, kinds),
          condition,
          among === undefined ? undefined : dialect.isIn(documents.itemId, among),
        ),
      )
      .orderBy(order)
      .limit(limit);
  }

  async function newest(ref: MailboxRef, kinds: Kinds, parts: Terms[], limit: number): Promise<SearchResult> {
    const questions = parts.map((part) => select(ref, kinds, part, limit + 1));
    const [one] = questions;
    const rows =
      questions.length === 1 && one !== undefined
        ? await executor.all(one)
        : (await executor.read(...questions)).flat();
    const hits = [...new Map(rows.map((hit) => [hit.itemId, hit])).values()].sort(newestFirst);
    return { hits: hits.slice(0, limit), more: hits.length > limit };
  }

  async function relevant(
    ref: MailboxRef,
    kinds: Kinds,
    parts: Terms[],
    limit: number,
  ): Promise<SearchResult> {
    const { hits, more } = await newest(ref, kinds, parts, Math.max(limit, RANKED));
    const ranked = hits.slice(0, RANKED);
    const loose = looseTerms(parts);
    if (loose.length === 0 || ranked.length < 2) return cut(hits, more, limit);
    const ids = ranked.map((hit) => hit.itemId);
    const from = ranked.at(-1)?.receivedAt ?? 0;
    const among = (...fields: TextField[]) =>
      parts.map((part) =>
        select(
          ref,
          kinds,
          {
            kind: 'and',
            of: [
              ...(part.kind === 'and' ? part.of : [part]),
              { kind: 'or', of: loose.map((term): Term => ({ ...term, fields })) },
              { kind: 'received', from, before: null },
            ],
          },
          RANKED,
          ids,
        ),
      );
    const places = [among('subject'), among('from'), among('to', 'cc', 'bcc', 'files')];
    const rows = await executor.read(...places.flat());
    const [subject, sender, others] = places.map(
      (_place, i) =>
        new Set(
          rows.slice(i * parts.length, (i + 1) * parts.length).flatMap((r) => r.map((row) => row.itemId)),
        ),
    );
    const none = new Set<string>();
    const order = rank(ranked, { subject: subject ?? none, from: sender ?? none, others: others ?? none });
    return cut([...order, ...hits.slice(RANKED)], more, limit);
  }

  return {
    async index(ref, ...list) {
      // A batch of a queue may hold one document twice: the last text is the one to find.
      const last = [...new Map(list.map((document) => [document.itemId, document])).values()];
      for (const slice of slices(last, DOCUMENTS_PER_WRITE)) {
        await executor.atomic([
          ...dialect.fullText.drop(
            ref,
            slice.map((d) => d.itemId),
          ),
          ...slice.flatMap((document) =>
            dialect.fullText.put(ref, columnsOf(document), documentWords(document)),
          ),
        ]);
      }
    },

    async remove(ref, itemIds) {
      for (const slice of slices(itemIds, IDS_PER_STATEMENT)) {
        await executor.atomic(dialect.fullText.drop(ref, slice));
      }
    },

    async clear(ref, limit) {
      const rows = await executor.all(
        build.select({ itemId: documents.itemId }).from(documents).where(scopedTo(ref)).limit(limit),
      );
      const ids = rows.map((row) => row.itemId);
      await executor.atomic(
        ids.length > 0
          ? dialect.fullText.drop(ref, ids)
          : [build.delete(documentCursors).where(scopedTo(ref, documentCursors))],
      );
      return ids.length;
    },

    async query(ref, query, options: SearchOptions) {
      const parts = alternatives(query);
      if (parts.length === 0) return { hits: [], more: false };
      const { kinds = ['message'], order, limit } = options;
      return order === 'newest' ? newest(ref, kinds, parts, limit) : relevant(ref, kinds, parts, limit);
    },

    async cursors(ref) {
      const rows = await executor.all(
        build
          .select({
            folderId: documentCursors.folderId,
            modseq: documentCursors.modseq,
            itemId: documentCursors.itemId,
          })
          .from(documentCursors)
          .where(scopedTo(ref, documentCursors)),
      );
      return new Map(rows.map(({ folderId, ...cursor }) => [folderId, cursor]));
    },

    mirror: (ref, change) => applyMirror(executor, tables, ref, change),

    async inFolder(ref, folderId, limit) {
      const rows = await executor.all(
        build
          .select({ itemId: documents.itemId })
          .from(documents)
          .where(and(scopedTo(ref), eq(documents.folderId, askedId(folderId))))
          .limit(limit),
      );
      return rows.map((row) => row.itemId);
    },

    async indexed(ref, itemIds) {
      const found = new Set<string>();
      for (const slice of slices([...new Set(itemIds)], IDS_PER_STATEMENT)) {
        const rows = await executor.all(
          build
            .select({ itemId: documents.itemId })
            .from(documents)
            .where(and(scopedTo(ref), dialect.isIn(documents.itemId, slice))),
        );
        for (const { itemId } of rows) found.add(itemId);
      }
      return found;
    },

    async documents(ref, afterItemId, limit) {
      const rows = await executor.all(
        build
          .select({ itemId: documents.itemId })
          .from(documents)
          .where(and(scopedTo(ref), gt(documents.itemId, askedId(afterItemId))))
          .orderBy(documents.itemId)
          .limit(limit),
      );
      return rows.map((row) => row.itemId);
    },

    async noteSearch({ tenantId, mailboxId }, deviceId, searchId) {
      const note = { tenantId, mailboxId, deviceId: askedId(deviceId), searchId: askedId(searchId) };
      await executor.atomic([
        build
          .insert(notedSearches)
          .values(note)
          .onConflictDoUpdate({
            target: [notedSearches.mailboxId, notedSearches.deviceId],
            set: { searchId: note.searchId },
            setWhere: eq(notedSearches.tenantId, tenantId),
          }),
      ]);
    },

    async notedSearch(ref, deviceId) {
      const [row] = await executor.all(
        build
          .select({ searchId: notedSearches.searchId })
          .from(notedSearches)
          .where(and(scopedTo(ref, notedSearches), eq(notedSearches.deviceId, askedId(deviceId)))),
      );
      return row?.searchId ?? null;
    },

    ping: () => ping(executor),
  };
}

/** Kinds are our own words, no input: in the text of the statement the planners see which partial index fits. */
function ofKinds({ kind }: SearchTables['documents'], kinds: Kinds): SQL {
  const names = sql.raw([...new Set(kinds)].map((name) => `'${name}'`).join(', '));
  const other = kinds.includes('message') ? sql`` : sql` and ${kind} <> 'message'`;
  return kinds.length === 0 ? sql`1 = 0` : sql`(${kind} in (${names})${other})`;
}

function cut(hits: SearchHit[], more: boolean, limit: number): SearchResult {
  return { hits: hits.slice(0, limit), more: more || hits.length > limit };
}

function columnsOf(document: SearchDocument): Record<string, string | number> {
  return {
    item_id: askedId(document.itemId),
    received_at: document.receivedAt,
    folder_id: askedId(document.folderId),
    thread_id: askedId(document.threadId),
    kind: document.kind,
    modseq: document.modseq,
    is_read: Number(document.isRead),
    is_flagged: Number(document.isFlagged),
    has_attachment: Number(document.hasAttachment),
    size: document.size,
    categories: categoryText(document.categories),
  };
}
