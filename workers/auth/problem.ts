import type { DomainError } from '../../core/errors.ts';
import * as problem from '../../platform/problem.ts';

const TERMS: problem.ProblemTerms = {
  statusOf: {
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
  },
};

/** An error of signing in, for codes that no domain error has. */
export class SignInError extends problem.WaitError {}

export function isCallersError(error: unknown): error is DomainError {
  return problem.isCallersError(error, TERMS);
}

/** The answer to an error (RFC 9457). What is not the caller's error is told without its text. */
export function problemResponse(error: unknown, correlationId: string): Response {
  return problem.problemResponse(error, correlationId, TERMS);
}
