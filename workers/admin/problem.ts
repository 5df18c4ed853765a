import type { DomainError } from '../../core/errors.ts';
import * as problem from '../../platform/problem.ts';

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

const TERMS: problem.ProblemTerms = {
  statusOf: ERROR_STATUS,
  challenge: 'Bearer realm="Waypost admin"',
};

/** An error of the API itself, for codes that no domain error has. */
export class AdminError extends problem.WaitError {}

/** Nothing was looked at: too many failures before, or too many requests. */
export class TooManyError extends AdminError {
  constructor(retryAfterSeconds: number, message = 'too many failed sign-ins') {
    super('too-many-requests', message, retryAfterSeconds);
  }
}

/** The same request is being worked on. */
export class InProgressError extends AdminError {
  constructor(retryAfterSeconds: number) {
    super('in-progress', 'a request with this Idempotency-Key is being worked on', retryAfterSeconds);
  }
}

/** Whether this error is the caller's: its text may be shown, and trying again will not help. */
export function isCallersError(error: unknown): error is DomainError {
  return problem.isCallersError(error, TERMS);
}

/** The answer to an error (RFC 9457). What is not the caller's error is told without its text. */
export function problemResponse(error: unknown, correlationId: string): Response {
  return problem.problemResponse(error, correlationId, TERMS);
}
