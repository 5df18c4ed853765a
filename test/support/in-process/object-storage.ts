import type { SQLInputValue } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { objectOf, type Rows, Sqlite, type Value } from './sqlite.ts';

type Out = null | number | string | ArrayBuffer;

const SEVERAL = /;\s*\S/;

/** The rows of a statement, each given out once. */
class Cursor {
  readonly columnNames: string[];
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly #rows: Iterator<Out[]>;

  constructor({ columns, rows, changes }: Rows) {
    this.columnNames = columns;
    this.rowsRead = rows.length;
    this.rowsWritten = changes;
    this.#rows = rows.map((row) => row.map(out)).values();
  }

  next(): IteratorResult<Record<string, Out>> {
    const { done, value } = this.#rows.next();
    return done === true
      ? { done, value: undefined }
      : { done: false, value: objectOf(this.columnNames, value) };
  }

  [Symbol.iterator](): this {
    return this;
  }

  toArray(): Record<string, Out>[] {
    return [...this];
  }

  one(): Record<string, Out> {
    const [row, ...others] = this.toArray();
    if (row === undefined || others.length > 0) {
      throw new Error('Expected exactly one result from SQL query, but got another number');
    }
    return row;
  }

  *raw(): Generator<Out[]> {
    for (let next = this.#rows.next(); next.done !== true; next = this.#rows.next()) yield next.value;
  }
}

function out(value: Value): Out {
  return value instanceof Uint8Array ? Uint8Array.from(value).buffer : value;
}

/**
 * `ctx.storage` of an object with SQLite: sql, kv and transactionSync over one database, and one alarm.
 * @param ring calls the object's alarm()
 */
export function createObjectStorage(ring: () => Promise<unknown> = async () => undefined) {
  let alarm: { at: number; timer: NodeJS.Timeout } | null = null;
  const clear = () => {
    if (alarm !== null) clearTimeout(alarm.timer);
    alarm = null;
  };
  const sqlite = new Sqlite();
  sqlite.script('CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID');

  const kv = {
    get(key: string): unknown {
      const [row] = sqlite.run('SELECT value FROM _cf_KV WHERE key = ?', [key]).rows;
      return row === undefined ? undefined : deserialize(row[0] as Uint8Array);
    },
    put(key: string, value: unknown): void {
      const bytes = serialize(value);
      sqlite.run('INSERT INTO _cf_KV VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', [
        key,
        bytes,
      ]);
    },
    delete(key: string): boolean {
      return sqlite.run('DELETE FROM _cf_KV WHERE key = ?', [key]).changes > 0;
    },
    list({ prefix = '' }: { prefix?: string } = {}): Iterable<[string, unknown]> {
      const { rows } = sqlite.run('SELECT key, value FROM _cf_KV ORDER BY key', []);
      const all = rows.map(
        ([key, value]) => [String(key), deserialize(value as Uint8Array)] as [string, unknown],
      );
      return all.filter(([key]) => key.startsWith(prefix));
    },
  };

  return {
    sql: {
      exec(sql: string, ...bindings: unknown[]): Cursor {
        if (bindings.length > 0 || !SEVERAL.test(sql))
          return new Cursor(sqlite.run(sql, bindings.map(binding)));
        sqlite.script(sql);
        return new Cursor({ columns: [], rows: [], changes: 0 });
      },
    },
    kv,
    async setAlarm(time: number | Date): Promise<void> {
      clear();
      const at = Number(time);
      const timer = setTimeout(
        () => {
          alarm = null;
          ring().catch((error: unknown) => console.error(String(error)));
        },
        Math.min(Math.max(0, at - Date.now()), 0x7fffffff),
      );
      // Nothing else waits for it.
      timer.unref();
      alarm = { at, timer };
    },
    getAlarm: async () => alarm?.at ?? null,
    deleteAlarm: async () => clear(),
    async deleteAll(): Promise<void> {
      clear();
      const { rows } = sqlite.run(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_cf_KV'",
        [],
      );
      for (const [name] of rows) sqlite.script(`DROP TABLE "${String(name)}"`);
      sqlite.script('DELETE FROM _cf_KV');
    },
    transactionSync: <T>(work: () => T): T => sqlite.transaction(work),
  };
}

function binding(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value === undefined) return null;
  return value as SQLInputValue;
}
