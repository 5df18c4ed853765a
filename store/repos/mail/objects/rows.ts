import { type SQL, sql } from 'drizzle-orm';
import type { PimFacts, PimKind } from '../../../../core/pim/types.ts';
import { jsonChunks } from '../../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../../dialect/statements.ts';
import type { MailboxContext } from '../context.ts';

/** A row of `objects` as it is written. */
export interface ObjectRow extends Omit<PimFacts, 'sortAt'> {
  itemId: string;
  kind: PimKind;
  toAnnounce: boolean;
  digest: string;
  document: string;
  filesSize: number;
}

/** Statements that insert rows of objects; `tail` follows the list, whose name is `input`, and holds a WHERE. */
export function insertObjectRows(box: MailboxContext, rows: readonly ObjectRow[], tail: SQL) {
  const { objects } = box.tables;
  const list = rows.map((row) => [
    ...[row.itemId, row.kind, row.uid, row.startsAt, row.endsAt, row.remindAt, row.toAnnounce ? 1 : 0],
    ...[row.title, row.digest, row.document, row.filesSize],
  ]);
  const { itemId, kind, uid, startsAt, endsAt, remindAt, toAnnounce, title, digest, document, filesSize } =
    objects;
  const columns = [
    ...[itemId, kind, uid, startsAt, endsAt, remindAt, toAnnounce],
    ...[title, digest, document, filesSize],
  ];
  return jsonChunks(list).map((json) =>
    insertSelect(
      box.executor.build,
      objects,
      {
        ...{ tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId, itemId: given(itemId) },
        ...{ kind: given(kind), uid: given(uid), startsAt: given(startsAt), endsAt: given(endsAt) },
        ...{ remindAt: given(remindAt), toAnnounce: given(toAnnounce), title: given(title) },
        ...{ digest: given(digest), document: given(document), filesSize: given(filesSize) },
      },
      sql`from ${box.executor.dialect.rows(json, columns)} ${tail}`,
    ),
  );
}
