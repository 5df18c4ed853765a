import { type SQL, sql } from 'drizzle-orm';
import { askedId } from '../../text.ts';
import type { Dialect, DocumentScope, FullText } from '../types.ts';

/** A word of its own for each mailbox, letters and digits only, so that the tokenizer keeps it whole. */
function scopeWord({ tenantId, mailboxId }: DocumentScope): string {
  const hex = (text: string) =>
    Array.from(new TextEncoder().encode(text), (b) => b.toString(16).padStart(2, '0')).join('');
  return `t${hex(tenantId)}m${hex(mailboxId)}`;
}

const fts5: FullText = {
  put: (scope, words) => {
    const { tenantId, mailboxId } = scope;
    return [
      sql`insert into document_text
        (rowid, tenant_id, mailbox_id, item_id, scope, subject, people, body, attachments)
        select documents.document_id, ${tenantId}, ${mailboxId}, ${words.itemId}, ${scopeWord(scope)},
          ${words.subject}, ${words.people}, ${words.body}, ${words.attachments}
        from documents where documents.tenant_id = ${tenantId} and documents.mailbox_id = ${mailboxId}
          and documents.item_id = ${words.itemId}`,
    ];
  },
  drop: ({ tenantId, mailboxId }, itemIds) => [
    sql`delete from document_text where document_text.tenant_id = ${tenantId}
      and document_text.mailbox_id = ${mailboxId} and rowid in (
        select documents.document_id from documents where documents.tenant_id = ${tenantId}
          and documents.mailbox_id = ${mailboxId} and documents.item_id in ${list(itemIds)})`,
  ],
  matches: (scope, words) => {
    // Every word is a quoted string of the FTS5 language: nothing in it is an operator.
    const terms = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' ');
    const query = `scope : "${scopeWord(scope)}" AND {subject people body attachments} : (${terms})`;
    return sql`documents.document_id in (select rowid from document_text where document_text match ${query}
      and document_text.tenant_id = ${scope.tenantId} and document_text.mailbox_id = ${scope.mailboxId})`;
  },
};

function list(values: readonly string[]): SQL {
  return sql`(select value from json_each(${JSON.stringify(values.map(askedId))}))`;
}

export const sqliteDialect: Dialect = {
  isIn: (column, values) => sql`${column} in ${list(values)}`,
  rows: (json, columns) => {
    const selected = columns.map(
      (column, i) => sql`value ->> ${sql.raw(String(i))} as ${sql.identifier(column.name)}`,
    );
    return sql`(select key as ord, ${sql.join(selected, sql`, `)} from json_each(${json})) as input`;
  },
  fullText: fts5,
};
