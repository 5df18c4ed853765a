/** Errors of our own APIs as problem documents (RFC 9457), in one form. */
import { DomainError } from '../core/errors.ts';
import { PROBLEM_TYPE } from '../shared/admin/common.ts';

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
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};
const RETRY_S = 5;

/** What an API says of its errors. */
export interface ProblemTerms {
  /** Status of each code of a DomainError. A code that is not here is a fault of ours. */
  statusOf: Readonly<Record<string, number>>;
  /** Value of WWW-Authenticate where the status is 401. */
  challenge?: string;
}

/** An error that says when to come again. */
export class WaitError extends DomainError {
  readonly retryAfterSeconds: number | null;
  constructor(code: string, message: string, retryAfterSeconds: number | null = null) {
    super(code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether this error is the caller's: its text may be shown, and trying again will not help. */
export function isCallersError(error: unknown, { statusOf }: ProblemTerms): error is DomainError {
  return error instanceof DomainError && statusOf[error.code] !== undefined;
}

/** The answer to an error. What is not the caller's error is told without its text. */
export function problemResponse(error: unknown, correlationId: string, terms: ProblemTerms): Response {
  const known = isCallersError(error, terms);
  const status = known ? (terms.statusOf[error.code] ?? 503) : 503;
  const wait = error instanceof WaitError ? error.retryAfterSeconds : null;
  return writeProblem({
    ...{ status, correlationId, code: known ? error.code : 'unavailable' },
    detail: known ? error.message : 'temporarily unavailable, try again',
    retryAfterSeconds: wait ?? (status === 503 ? RETRY_S : undefined),
    headers: status === 401 && terms.challenge !== undefined ? { 'www-authenticate': terms.challenge } : {},
  });
}

export interface ProblemFacts {
  status: number;
  code: string;
  detail: string;
  correlationId: string;
  retryAfterSeconds?: number | undefined;
  headers?: Record<string, string>;
  /** Further members of the document. */
  more?: Record<string, unknown>;
}

export function writeProblem(facts: ProblemFacts): Response {
  const { status, code, detail, correlationId, retryAfterSeconds, more } = facts;
  const headers = new Headers({ 'content-type': PROBLEM_TYPE, ...facts.headers });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  const problem = {
    ...{ type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail, correlationId },
    ...more,
  };
  return new Response(JSON.stringify(problem), { status, headers });
}
