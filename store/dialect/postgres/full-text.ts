import { sql } from 'drizzle-orm';
import { TEXT_FIELDS, type TextField } from '../../../core/search/query.ts';
import type { DocumentWords, Term, Terms } from '../../search-words.ts';
import type { FullText } from '../types.ts';
import { isIn } from './is-in.ts';

/**
 * First letter of the lexemes of each field. Weights would tell only four fields apart, and the index does not hold
 * them. `r`: words of long bodies out of order.
 */
const LETTERS: Record<TextField, string> = {
  subject: 's',
  from: 'f',
  to: 't',
  cc: 'c',
  bcc: 'k',
  body: 'b',
  files: 'a',
};
const REST = 'r';

/** Table `search.documents` has the column `words`, a tsvector, which the schema both dialects share does not know. */
export const tsvector: FullText = {
  put: ({ tenantId, mailboxId }, columns, words) => {
    const names = Object.keys(columns).map((name) => sql.identifier(name));
    const values = Object.values(columns).map((value) => sql`${value}`);
    return [
      sql`insert into search.documents (tenant_id, mailbox_id, words, ${sql.join(names, sql`, `)})
        values (${tenantId}, ${mailboxId}, ${vector(words)}::tsvector, ${sql.join(values, sql`, `)})`,
    ];
  },

  drop: ({ tenantId, mailboxId }, itemIds) => [
    sql`delete from search.documents where documents.tenant_id = ${tenantId}
      and documents.mailbox_id = ${mailboxId} and ${isIn(sql`documents.item_id`, itemIds)}`,
  ],

  source: (_scope, words, { from, before }) => {
    const conditions = [
      // No word for the mailbox, as FTS5 has it: the planner would count it as one more condition and guess far too
      // few rows. It chooses between the words and the newest documents of the mailbox by how common the words are.
      ...(words === null ? [] : [sql`documents.words @@ ${expression(words)}::tsquery`]),
      ...(from === null ? [] : [sql`documents.received_at >= ${from}`]),
      ...(before === null ? [] : [sql`documents.received_at < ${before}`]),
    ];
    return {
      from: sql`search.documents`,
      condition: conditions.length === 0 ? undefined : sql.join(conditions, sql` and `),
      order: sql`documents.received_at desc, documents.item_id desc`,
    };
  },

  contains: (column, text) => sql`strpos(${column}, ${text}) > 0`,
};

function quote(lexeme: string): string {
  return `'${lexeme.replaceAll(/['\\]/g, '')}'`;
}

function vector({ ordered, rest }: DocumentWords): string {
  const out: string[] = [];
  for (const field of TEXT_FIELDS) {
    const positions = new Map<string, number[]>();
    ordered[field].forEach((word, i) => {
      const list = positions.get(word);
      if (list === undefined) positions.set(word, [i + 1]);
      else list.push(i + 1);
    });
    for (const [word, list] of positions) out.push(`${quote(LETTERS[field] + word)}:${list.join(',')}`);
  }
  for (const word of rest) out.push(quote(REST + word));
  return out.join(' ');
}

function expression(terms: Terms): string {
  switch (terms.kind) {
    case 'and':
    case 'or':
      return terms.of.map((part) => `(${expression(part)})`).join(terms.kind === 'and' ? ' & ' : ' | ');
    case 'not':
      return `!(${expression(terms.of)})`;
    case 'term':
      return phrases(terms);
    default:
      throw new Error('store: not a question about words');
  }
}

/** The words in one field after the other: lexemes of two fields never follow each other. */
function phrases({ words, prefix, fields }: Term): string {
  const wanted = fields ?? TEXT_FIELDS;
  const letters = wanted.map((field) => LETTERS[field]);
  if (words.length === 1 && wanted.includes('body')) letters.push(REST);
  const one = (letter: string) =>
    words
      .map((word, i) => `${quote(letter + word)}${prefix && i === words.length - 1 ? ':*' : ''}`)
      .join(' <-> ');
  return letters.map((letter) => `(${one(letter)})`).join(' | ');
}
