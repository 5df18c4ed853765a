import { and, eq, sql } from 'drizzle-orm';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { FeedCursor } from '../../core/ports/mail.ts';
import type { MirrorChange } from '../../core/ports/search.ts';
import type { DocumentState } from '../../core/search/query.ts';
import { slices } from '../dialect/json-chunks.ts';
import { given } from '../dialect/statements.ts';
import type { Executor } from '../dialect/types.ts';
import type { SearchTables } from '../schema/search.ts';
import { askedId } from '../text.ts';
import { categoryText } from './search-conditions.ts';

const ROWS_PER_STATEMENT = 1000;
/** Five parameters each; a statement may have 100. */
const CURSORS_PER_STATEMENT = 15;

/** All that a mailbox's feed has told, in one write: a cursor never runs ahead of the rows that it stands for. */
export async function applyMirror(
  executor: Executor,
  tables: SearchTables,
  ref: MailboxRef,
  change: MirrorChange,
): Promise<void> {
  const { build, dialect } = executor;
  const { documentCursors } = tables;
  const scope = and(eq(documentCursors.tenantId, ref.tenantId), eq(documentCursors.mailboxId, ref.mailboxId));
  const statements = [
    ...slices(change.states, ROWS_PER_STATEMENT).map((slice) => updateStates(executor, tables, ref, slice)),
    ...slices(change.gone, ROWS_PER_STATEMENT).flatMap((slice) => dialect.fullText.drop(ref, slice)),
    ...slices([...change.cursors], CURSORS_PER_STATEMENT).map((slice) =>
      putCursors(executor, tables, ref, slice),
    ),
    ...(change.folders.length === 0
      ? []
      : [
          build
            .delete(documentCursors)
            .where(and(scope, dialect.isIn(documentCursors.folderId, change.folders))),
        ]),
  ];
  if (statements.length > 0) await executor.atomic(statements);
}

function updateStates(
  { build, dialect }: Executor,
  { documents }: SearchTables,
  ref: MailboxRef,
  states: readonly DocumentState[],
) {
  const rows = states.map((state) => [
    askedId(state.itemId),
    state.folderId,
    state.threadId,
    state.modseq,
    Number(state.isRead),
    Number(state.isFlagged),
    state.size,
    categoryText(state.categories),
  ]);
  const input = dialect.rows(JSON.stringify(rows), [
    documents.itemId,
    documents.folderId,
    documents.threadId,
    documents.modseq,
    documents.isRead,
    documents.isFlagged,
    documents.size,
    documents.categories,
  ]);
  return build
    .update(documents)
    .set({
      folderId: given(documents.folderId),
      threadId: given(documents.threadId),
      modseq: given(documents.modseq),
      isRead: given(documents.isRead),
      isFlagged: given(documents.isFlagged),
      size: given(documents.size),
      categories: given(documents.categories),
    })
    .from(input)
    .where(
      and(
        eq(documents.tenantId, ref.tenantId),
        eq(documents.mailboxId, ref.mailboxId),
        // The list too: by the join alone SQLite may walk through the mailbox.
        dialect.isIn(
          documents.itemId,
          states.map((state) => state.itemId),
        ),
        sql`${documents.itemId} = ${given(documents.itemId)}`,
        sql`${given(documents.modseq)} > ${documents.modseq}`,
      ),
    );
}

function putCursors(
  { build }: Executor,
  { documentCursors }: SearchTables,
  ref: MailboxRef,
  cursors: readonly (readonly [string, FeedCursor])[],
) {
  const { tenantId, mailboxId } = ref;
  return build
    .insert(documentCursors)
    .values(cursors.map(([folderId, cursor]) => ({ tenantId, mailboxId, folderId, ...cursor })))
    .onConflictDoUpdate({
      target: [documentCursors.mailboxId, documentCursors.folderId],
      set: { modseq: sql`excluded.modseq`, itemId: sql`excluded.item_id` },
      setWhere: sql`${documentCursors.tenantId} = ${tenantId}
        and (excluded.modseq, excluded.item_id) > (${documentCursors.modseq}, ${documentCursors.itemId})`,
    });
}
