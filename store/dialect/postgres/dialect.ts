import { type Column, type SQL, sql } from 'drizzle-orm';
import { askedId } from '../../text.ts';
import type { Dialect, FullText } from '../types.ts';

/** Table `search.documents` has the column `words`, a tsvector, which the schema both dialects share does not know. */
const tsvector: FullText = {
  put: ({ tenantId, mailboxId }, words) => {
    const text = [words.subject, words.people, words.body, words.attachments].join(' ');
    return [
      sql`update search.documents set words = to_tsvector('simple', ${text})
        where documents.tenant_id = ${tenantId} and documents.mailbox_id = ${mailboxId}
          and documents.item_id = ${words.itemId}`,
    ];
  },
  drop: () => [],
  matches: (_scope, words) => sql`words @@ plainto_tsquery('simple', ${words.join(' ')})`,
};

/**
 * An array and not a join: with the statistics of a table that has just begun to grow, the planner prefers to read
 * a whole mailbox and join it. The array can only be looked up in an index.
 */
function isIn(column: Column, values: readonly string[]): SQL {
  const json = JSON.stringify(values.map(askedId));
  return sql`${column} = any (array(select jsonb_array_elements_text(${json}::jsonb)))`;
}

export const postgresDialect: Dialect = {
  isIn,
  rows: (json, columns) => {
    const selected = columns.map((column, i) => {
      const value = sql`(value ->> ${sql.raw(String(i))})`;
      const typed = column.getSQLType() === 'text' ? value : sql`${value}::bigint`;
      return sql`${typed} as ${sql.identifier(column.name)}`;
    });
    return sql`(select ord, ${sql.join(selected, sql`, `)}
      from jsonb_array_elements(${json}::jsonb) with ordinality as given (value, ord)) as input`;
  },
  fullText: tsvector,
};
