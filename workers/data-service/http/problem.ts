import { writeProblem } from '../../../platform/problem.ts';
import type { DataError } from '../../../shared/data/errors.ts';

/** RFC 9457 */
export function problemResponse(error: DataError, correlationId: string, allow?: string): Response {
  const { code, status, retryAfterSeconds } = error;
  return writeProblem({
    ...{ status, code, detail: error.message, correlationId, retryAfterSeconds },
    headers: allow === undefined ? {} : { allow },
    more: retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  });
}
