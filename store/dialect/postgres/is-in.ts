import { type Column, type SQL, sql } from 'drizzle-orm';
import { askedId } from '../../text.ts';

/**
 * An array and not a join: with the statistics of a table that has just begun to grow, the planner prefers to read
 * a whole mailbox and join it. The array can only be looked up in an index.
 */
export function isIn(column: Column | SQL, values: readonly string[]): SQL {
  const json = JSON.stringify(values.map(askedId));
  return sql`${column} = any (array(select jsonb_array_elements_text(${json}::jsonb)))`;
}
