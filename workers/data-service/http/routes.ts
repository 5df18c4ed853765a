import { DATA_BASE_PATH, OPERATIONS, type OperationName } from '../../../shared/data/operations.ts';

interface Route {
  name: OperationName;
  method: string;
  segments: readonly string[];
}

const ROUTES: readonly Route[] = Object.entries(OPERATIONS).map(([name, { method, path }]) => ({
  ...{ name: name as OperationName, method, segments: path.slice(1).split('/') },
}));

export interface Found {
  name: OperationName;
  params: ReadonlyMap<string, string>;
}

/** The operation of a method and a path; the methods that the path has; null for no such path. */
export function findRoute(method: string, pathname: string): Found | { allow: string[] } | null {
  // The path as it stands: what is encoded, doubled or put behind a semicolon is another one (A32).
  if (!pathname.startsWith(`${DATA_BASE_PATH}/`)) return null;
  const parts = pathname.slice(DATA_BASE_PATH.length + 1).split('/');
  const allow: string[] = [];
  for (const route of ROUTES) {
    const params = match(route.segments, parts);
    if (params === null) continue;
    if (route.method === method) return { name: route.name, params };
    allow.push(route.method);
  }
  return allow.length === 0 ? null : { allow };
}

function match(segments: readonly string[], parts: readonly string[]): Map<string, string> | null {
  if (segments.length !== parts.length) return null;
  const params = new Map<string, string>();
  for (const [n, segment] of segments.entries()) {
    const part = parts[n] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== part) return null;
      continue;
    }
    const value = decoded(part);
    if (value === null || value === '') return null;
    params.set(segment.slice(1, -1), value);
  }
  return params;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
