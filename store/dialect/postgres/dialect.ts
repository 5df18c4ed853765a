import { sql } from 'drizzle-orm';
import type { Dialect } from '../types.ts';
import { tsvector } from './full-text.ts';
import { isIn } from './is-in.ts';

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
  text: {
    domainOf: (address) => sql`substring(${address} from '[^@]*$')`,
    jsonOf: (query) => sql`(select coalesce(json_agg(found), '[]')::text from (${query}) as list)`,
    isAscii: (text) => sql`octet_length(${text}) = char_length(${text})`,
    lower: (text) => sql`lower(${text} collate "C")`,
    contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  },
};
