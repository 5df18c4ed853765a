import { netOf } from '../auth/throttle.ts';
import type { Ceiling, LimitPort } from './types.ts';

/** Seconds that somebody who is not known must wait, by the prefix that they come from; 0: none. */
export function anonymousWait(request: Request, { limits }: { limits: LimitPort }): Promise<number> {
  return limits.admit({ net: netOf(request.headers.get('cf-connecting-ip')) });
}

/** A sign-in that is begun writes a row before anybody is known: so many of one prefix, counted in one place. */
const BEGUN: Ceiling = { count: 60, seconds: 300 };

/** Seconds until another sign-in may be begun from there; 0: this one may. */
export function beginWait(request: Request, { limits }: { limits: LimitPort }): Promise<number> {
  return limits.take('begin', netOf(request.headers.get('cf-connecting-ip')), BEGUN);
}
