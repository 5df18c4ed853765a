import { DomainError } from '../../core/errors.ts';
import { PROBLEM_TYPE, type Problem } from '../../shared/admin-api.ts';

const STATUS_OF_CODE: Record<string, number> = {
  'invalid-input': 400,
  unauthorized: 401,
  'code-required': 401,
  'not-accepted': 401,
  forbidden: 403,
  'foreign-origin': 403,
  'sign-in-again': 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many-attempts': 429,
};

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

const RETRY_S = 5;

/** An error of signing in, for codes that no domain error has. */
export class SignInError extends DomainError {
  readonly retryAfterSeconds: number | null;

  constructor(code: string, message: string, retryAfterSeconds: number | null = null) {
    super(code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

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
  const wait = error instanceof SignInError ? error.retryAfterSeconds : null;
  if (status === 503 || wait !== null) headers.set('retry-after', String(wait ?? RETRY_S));
  return new Response(JSON.stringify(problem), { status, headers });
}
