import { sql } from 'drizzle-orm';
import type { Dialect } from '../types.ts';
import { fts5 } from './full-text.ts';
import { list } from './list.ts';

export const sqliteDialect: Dialect = {
  isIn: (column, values) => sql`${column} in ${list(values)}`,
  rows: (json, columns) => {
    const selected = columns.map(
      (column, i) => sql`value ->> ${sql.raw(String(i))} as ${sql.identifier(column.name)}`,
    );
    return sql`(select key as ord, ${sql.join(selected, sql`, `)} from json_each(${json})) as input`;
  },
  fullText: fts5,
  text: {
    domainOf: (address) =>
      sql`substr(${address}, length(rtrim(${address}, replace(${address}, '@', ''))) + 1)`,
    jsonOf: (query) => sql`(select json_group_array(found) from (${query}))`,
    isAscii: (text) => sql`length(cast(${text} as blob)) = length(${text})`,
    lower: (text) => sql`lower(${text})`,
    contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  },
};
