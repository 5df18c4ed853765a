import type { DataError } from '../../../shared/data/errors.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** RFC 9457 */
export function problemResponse(error: DataError, correlationId: string, allow?: string): Response {
  const { code, status, retryAfterSeconds } = error;
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  if (allow !== undefined) headers.set('allow', allow);
  const problem = {
    ...{ type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail: error.message },
    ...{ correlationId, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  };
  return new Response(JSON.stringify(problem), { status, headers });
}
