import type { DatabaseSync } from 'node:sqlite';

/** Members of the bodies that it reads. */
export interface Given {
  name: string;
  primary_location_hint?: string;
  sql: string;
  params?: [];
  queue_name: string;
  script_name?: string;
  script: string;
  origin: Record<string, unknown>;
  caching: object;
  text: string;
  origins: { hostname: string }[];
}

export interface Refusal {
  status: number;
  code: number;
  message: string;
}

export const NOT_FOUND: Refusal = { status: 404, code: 7003, message: 'Could not route to that path' };
export const NO_SCRIPT: Refusal = {
  status: 404,
  code: 10007,
  message: 'This Worker does not exist on your account.',
};

export function isRefusal(value: unknown): value is Refusal {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'message' in value
  );
}

/** A path, with the kind of a query behind it. */
export function noted(path: string, body: { sql?: string } | null): string {
  if (!path.endsWith('/query')) return path;
  return /^\s*SELECT/i.test(body?.sql ?? '') ? `${path}#SELECT` : path;
}

export function versionView({ id, tag }: { id: string; tag: string | null }) {
  return {
    ...{
      id,
      number: 1,
      resources: { bindings: [], script: { etag: '1', handlers: ['fetch'] }, script_runtime: {} },
    },
    metadata: {
      created_on: '2026-11-20T10:00:00Z',
      modified_on: '2026-11-20T10:00:00Z',
      source: 'wrangler',
      author_email: 'ann@example.com',
    },
    annotations: tag === null ? {} : { 'workers/tag': tag },
  };
}

export function queried(db: DatabaseSync, sql: string, params: []): unknown {
  const meta = {
    duration: 0.1,
    changes: 0,
    last_row_id: 0,
    rows_read: 0,
    rows_written: 0,
    served_by: 'test',
  };
  try {
    if (/^\s*(SELECT|PRAGMA)/i.test(sql))
      return [{ results: db.prepare(sql).all(...params), success: true, meta }];
    db.exec(sql);
    return [{ results: [], success: true, meta }];
  } catch (error) {
    return {
      status: 400,
      code: 7500,
      message: `${error instanceof Error ? error.message : String(error)}: SQLITE_ERROR`,
    };
  }
}
