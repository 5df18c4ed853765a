import { newId } from './ids.ts';

const ACCEPTED = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's X-Correlation-Id when it is well formed, otherwise a new one. */
export function correlationIdOf(headers: Headers): string {
  const given = headers.get('x-correlation-id');
  return given !== null && ACCEPTED.test(given) ? given : newId();
}
