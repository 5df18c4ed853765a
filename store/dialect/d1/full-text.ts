import { type SQL, sql } from 'drizzle-orm';
import { TEXT_FIELDS, type TextField } from '../../../core/search/query.ts';
import type { Term, Terms } from '../../search-words.ts';
import type { DocumentScope, FullText } from '../types.ts';
import { list } from './list.ts';

/** Columns of `document_text` by field; `rest` holds words of long bodies out of order. */
const COLUMNS: Record<TextField, string> = {
  subject: 'subject',
  from: 'sender',
  to: 'recipients',
  cc: 'copies',
  bcc: 'blind',
  body: 'body',
  files: 'files',
};

/**
 * A word of its own for each mailbox, letters and digits only, so that the tokenizer keeps it whole. It begins with a
 * private character, which no word of a text or a query has (core/search/words.ts).
 */
function scopeWord({ tenantId, mailboxId }: DocumentScope): string {
  const hex = (text: string) =>
    Array.from(new TextEncoder().encode(text), (b) => b.toString(16).padStart(2, '0')).join('');
  return `\ue000t${hex(tenantId)}m${hex(mailboxId)}`;
}

/**
 * Row ids begin with the time, so that the text index itself hands out the newest first and takes a span of time for
 * a span of its rows. The rest is random: 20 bits for what was received in the same millisecond, and 50 for what has
 * no end, which is all at one time behind every other.
 */
const ROOM = 1_048_576;
const ENDLESS_ROOM = 2 ** 50;
const LAST_TIME = 2 ** 42;

function rowTime(at: number): SQL {
  return sql`${wholeNumber(Math.min(LAST_TIME, Math.max(0, Math.trunc(at))))} * ${sql.raw(String(ROOM))}`;
}

/** Numbers are bound as REAL, and a sum with one has 53 bits of the 63 of a row id. */
function wholeNumber(value: number): SQL {
  return sql`cast(${value} as integer)`;
}

/** SQLite FTS5 without a copy of the text: the index alone, beside the table `documents`. */
export const fts5: FullText = {
  put: ({ tenantId, mailboxId }, columns, { ordered, rest }) => {
    const names = Object.keys(columns).map((name) => sql.identifier(name));
    const values = Object.values(columns).map((value) => sql`${value}`);
    const itemId = columns['item_id'];
    const at = Number(columns['received_at']);
    const random = Math.floor(Math.random() * (at < LAST_TIME ? ROOM : ENDLESS_ROOM));
    return [
      sql`insert into documents (document_id, tenant_id, mailbox_id, ${sql.join(names, sql`, `)})
        values (${rowTime(at)} + ${wholeNumber(random)}, ${tenantId}, ${mailboxId}, ${sql.join(values, sql`, `)})`,
      sql`insert into document_text
        (rowid, scope, ${sql.raw(TEXT_FIELDS.map((field) => COLUMNS[field]).join(', '))}, rest)
        select documents.document_id, ${scopeWord({ tenantId, mailboxId })},
          ${sql.join(
            TEXT_FIELDS.map((field) => sql`${ordered[field].join(' ')}`),
            sql`, `,
          )}, ${rest.join(' ')}
        from documents where documents.tenant_id = ${tenantId} and documents.mailbox_id = ${mailboxId}
          and documents.item_id = ${itemId}`,
    ];
  },

  drop: ({ tenantId, mailboxId }, itemIds) => [
    sql`delete from document_text where document_text.rowid in (
      select documents.document_id from documents where documents.tenant_id = ${tenantId}
        and documents.mailbox_id = ${mailboxId} and documents.item_id in ${list(itemIds)})`,
    sql`delete from documents where documents.tenant_id = ${tenantId}
      and documents.mailbox_id = ${mailboxId} and documents.item_id in ${list(itemIds)}`,
  ],

  source: (scope, words, { from, before }, rare) => {
    const row = words === null ? sql`documents.document_id` : sql`document_text.rowid`;
    const span = [
      ...(from === null ? [] : [sql`${row} >= ${rowTime(from)}`]),
      ...(before === null ? [] : [sql`${row} < ${rowTime(before)}`]),
    ];
    const text =
      words === null
        ? []
        : [
            sql`document_text match ${inScope(scope, words)}`,
            sql`document_text.rowid = documents.document_id`,
            ...(rare.length === 0 ? [] : [sql`+document_text.rowid in ${idsWith(scope, rare)}`]),
          ];
    const conditions = [...text, ...span];
    return {
      // The text index leads: the other way round it would be asked once for each document of a folder.
      from: words === null ? sql`documents` : sql`document_text cross join documents`,
      condition: conditions.length === 0 ? undefined : sql.join(conditions, sql` and `),
      order: sql`${row} desc`,
    };
  },

  contains: (column, text) => sql`instr(${column}, ${text}) > 0`,
};

/**
 * A set that is made once, so that the row of a document is read only for those in it. The `+` before what is looked
 * up there keeps SQLite from asking the text index once for each of the set.
 */
function idsWith({ tenantId, mailboxId }: DocumentScope, conditions: readonly SQL[]): SQL {
  return sql`(select documents.document_id from documents where documents.tenant_id = ${tenantId}
    and documents.mailbox_id = ${mailboxId} and ${sql.join([...conditions], sql` and `)})`;
}

function inScope(scope: DocumentScope, words: Terms): string {
  const everything = `scope : "${scopeWord(scope)}"`;
  return `${everything} AND (${expression(words, everything)})`;
}

/** In the FTS5 query language, where NOT stands between two operands: what is to be left out of `everything`. */
function expression(terms: Terms, everything: string): string {
  if (terms.kind === 'term') return phrase(terms);
  if (terms.kind === 'or') return terms.of.map((part) => `(${expression(part, everything)})`).join(' OR ');
  if (terms.kind !== 'and' && terms.kind !== 'not') throw new Error('store: not a question about words');
  const parts = terms.kind === 'and' ? terms.of : [terms];
  const wanted = parts.filter((part) => part.kind !== 'not');
  const unwanted = parts.flatMap((part) => (part.kind === 'not' ? [part.of] : []));
  const all = wanted.map((part) => `(${expression(part, everything)})`).join(' AND ') || everything;
  if (unwanted.length === 0) return all;
  return `(${all}) NOT (${unwanted.map((part) => `(${expression(part, everything)})`).join(' OR ')})`;
}

/** Every word stands in a quoted string: nothing in it is an operator. */
function phrase({ words, prefix, fields }: Term): string {
  const text = `"${words.map((word) => word.replaceAll('"', '')).join(' ')}"${prefix ? ' *' : ''}`;
  const single = words.length === 1;
  // Nothing follows anything in `rest`.
  if (fields === null) return single ? text : `- rest : ${text}`;
  const columns = fields.flatMap((field) =>
    field === 'body' && single ? [COLUMNS.body, 'rest'] : [COLUMNS[field]],
  );
  return `{${columns.join(' ')}} : ${text}`;
}
