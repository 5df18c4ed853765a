import { fillPlaceholders, type Query } from 'drizzle-orm';
import { CapturedQuery, capture } from './capture.ts';
import type { ReadQuery } from './types.ts';

/**
 * A select whose text is built once for each set of tables, for those that every request asks: building a large one
 * takes longer than the database takes to answer it. The parameters are `sql.placeholder(name)` in `build`.
 */
export function reusable<Tables extends object, Context extends { tables: Tables }, Row>(
  build: (context: Context) => ReadQuery<Row>,
): (context: Context, values: Record<string, string>) => ReadQuery<Row> {
  const built = new WeakMap<Tables, { query: ReadQuery<Row>; captured: CapturedQuery }>();
  return (context, values) => {
    let kept = built.get(context.tables);
    if (kept === undefined) {
      const query = build(context);
      kept = { query, captured: capture(query) };
      built.set(context.tables, kept);
    }
    const { query, captured } = kept;
    const params = fillPlaceholders(captured.params, values);
    const filled = new CapturedQuery({ sql: captured.sql, params } as Query, captured.fields);
    return { _: query._, getSQL: () => query.getSQL(), prepare: () => filled };
  };
}
