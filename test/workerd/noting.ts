export interface Statement {
  database: D1Database;
  sql: string;
  params: unknown[];
}

/** The database, noting every statement that is bound. */
export function noting(database: D1Database, statements: Statement[]): D1Database {
  return new Proxy(database, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'prepare') return value.bind(target);
      return (sql: string) => ({
        bind: (...params: unknown[]) => {
          statements.push({ database: target, sql, params });
          return target.prepare(sql).bind(...params);
        },
      });
    },
  });
}
