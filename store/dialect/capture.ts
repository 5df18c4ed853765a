import type { Query } from 'drizzle-orm';
import type { ReadQuery } from './types.ts';

interface SelectedField {
  path: string[];
  field: unknown;
}

/**
 * What drizzle's builders "prepare" here: text, parameters and the order of the selected fields. The executors run
 * it themselves, because a list of statements must reach the driver at once.
 */
export class CapturedQuery {
  readonly sql: string;
  readonly params: unknown[];
  readonly fields: SelectedField[];
  readonly #names: string[];
  /** Set by drizzle; null rows of joins are ours to read. */
  joinsNotNullableMap: unknown;

  constructor(query: Query, fields: SelectedField[] | undefined) {
    this.sql = query.sql;
    this.params = query.params;
    this.fields = fields ?? [];
    this.#names = this.fields.map(({ path }) => path.join('.'));
  }

  /** Part of what drizzle expects of a prepared PostgreSQL query. */
  setToken(): this {
    return this;
  }

  /** One row from the driver's object, whose keys are in order of selection. */
  decodeObject(values: Record<string, unknown>): Record<string, unknown> {
    const names = this.#names;
    const row: Record<string, unknown> = {};
    let i = 0;
    for (const key in values) {
      const name = names[i++];
      if (name !== undefined) row[name] = values[key] ?? null;
    }
    if (i !== names.length) throw new Error(`store: ${i} values for ${names.length} fields`);
    return row;
  }

  /** One row from the driver's values in order of selection. Text and integers need no decoding. */
  decode(values: readonly unknown[]): Record<string, unknown> {
    const names = this.#names;
    if (values.length !== names.length) {
      throw new Error(`store: ${values.length} values for ${names.length} fields`);
    }
    const row: Record<string, unknown> = {};
    let i = 0;
    for (const name of names) row[name] = values[i++] ?? null;
    return row;
  }
}

export function capture<Row>(query: ReadQuery<Row>): CapturedQuery {
  const captured = query.prepare();
  if (!(captured instanceof CapturedQuery)) throw new Error('store: not built with this executor');
  return captured;
}
