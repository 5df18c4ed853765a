import { and, desc, eq } from 'drizzle-orm';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { SearchDocument, SearchStore } from '../../core/ports/search.ts';
import { slices } from '../dialect/json-chunks.ts';
import type { Executor } from '../dialect/types.ts';
import type { SearchTables } from '../schema/search.ts';
import { fitText } from '../text.ts';
import { foldWords } from '../words.ts';
import { ping } from './ping.ts';

/** Bytes of a field that are indexed: together far below the 1 MB that PostgreSQL's tsvector may have. */
const MAX_BODY = 262_144;
const MAX_FIELD = 32_768;
const IDS_PER_STATEMENT = 2000;
/** Keeps one write below some megabytes also when every body is as long as it may be. */
const DOCUMENTS_PER_WRITE = 16;

export function createSearchStore(executor: Executor, { documents }: SearchTables): SearchStore {
  const { build, dialect } = executor;
  const words = (text: string, maxBytes: number) => foldWords(fitText(text, maxBytes)).join(' ');
  const scopedTo = (ref: MailboxRef) =>
    and(eq(documents.tenantId, ref.tenantId), eq(documents.mailboxId, ref.mailboxId));

  return {
    async index(ref, ...list: SearchDocument[]) {
      const { tenantId, mailboxId } = ref;
      // A batch of a queue may hold one document twice: the last text is the one to find.
      const last = [...new Map(list.map((document) => [document.itemId, document])).values()];
      for (const slice of slices(last, DOCUMENTS_PER_WRITE)) {
        await executor.atomic([
          ...dialect.fullText.drop(
            ref,
            slice.map((d) => d.itemId),
          ),
          ...slice.flatMap(({ itemId, receivedAt, ...text }) => [
            build
              .insert(documents)
              .values({ tenantId, mailboxId, itemId, receivedAt })
              .onConflictDoUpdate({
                target: [documents.mailboxId, documents.itemId],
                set: { receivedAt },
                setWhere: eq(documents.tenantId, tenantId),
              }),
            ...dialect.fullText.put(ref, {
              itemId,
              subject: words(text.subject, MAX_FIELD),
              people: words(text.people, MAX_FIELD),
              body: words(text.body, MAX_BODY),
              attachments: words(text.attachments, MAX_BODY),
            }),
          ]),
        ]);
      }
    },

    async remove(ref, itemIds) {
      for (const slice of slices(itemIds, IDS_PER_STATEMENT)) {
        await executor.atomic([
          ...dialect.fullText.drop(ref, slice),
          build.delete(documents).where(and(scopedTo(ref), dialect.isIn(documents.itemId, slice))),
        ]);
      }
    },

    async find(ref, text, limit) {
      const wanted = [...new Set(foldWords(text))];
      if (wanted.length === 0) return [];
      const rows = await executor.all(
        build
          .select({ itemId: documents.itemId })
          .from(documents)
          .where(and(scopedTo(ref), dialect.fullText.matches(ref, wanted)))
          .orderBy(desc(documents.receivedAt), desc(documents.itemId))
          .limit(limit),
      );
      return rows.map((row) => row.itemId);
    },

    ping: () => ping(executor),
  };
}
