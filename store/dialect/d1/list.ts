import { type SQL, sql } from 'drizzle-orm';
import { askedId } from '../../text.ts';

/** Values as a select over one bound parameter, for `in`. */
export function list(values: readonly string[]): SQL {
  return sql`(select value from json_each(${JSON.stringify(values.map(askedId))}))`;
}
