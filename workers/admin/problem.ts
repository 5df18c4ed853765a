import { DomainError } from '../../core/errors.ts';
import { PROBLEM_TYPE, type Problem } from '../../shared/admin-api.ts';

/** Status of each domain error's code. A code that is not here is a fault of ours. */
export const ERROR_STATUS = {
  'invalid-input': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'in-progress': 409,
  'already-done': 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'too-many-requests': 429,
} as const;
export type ErrorCode = keyof typeof ERROR_STATUS;

const STATUS_OF_CODE: Readonly<Record<string, number>> = ERROR_STATUS;

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** An error of the API itself, for codes that no domain error has. */
export class AdminError extends DomainError {}

/** Nothing was looked at: too many failures before, or too many requests. */
export class TooManyError extends AdminError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number, message = 'too many failed sign-ins') {
    super('too-many-requests', message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The same request is being worked on. */
export class InProgressError extends AdminError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super('in-progress', 'a request with this Idempotency-Key is being worked on');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether this error is the caller's: its text may be shown, and trying again will not help. */
export function isCallersError(error: unknown): error is DomainError {
  return error instanceof DomainError && STATUS_OF_CODE[error.code] !== undefined;
}

/** The answer to an error (RFC 9457). What is not the caller's error is told without its text. */
export function problemResponse(error: unknown, correlationId: string): Response {
  const known = isCallersError(error);
  const status = known ? (STATUS_OF_CODE[error.code] ?? 503) : 503;
  const problem: Problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    code: known ? error.code : 'unavailable',
    detail: known ? error.message : 'temporarily unavailable, try again',
    correlationId,
  };
  const headers = new Headers({ 'content-type': PROBLEM_TYPE });
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="Waypost admin"');
  if (status === 503) headers.set('retry-after', '5');
  if (error instanceof TooManyError || error instanceof InProgressError)
    headers.set('retry-after', String(error.retryAfterSeconds));
  return new Response(JSON.stringify(problem), { status, headers });
}
