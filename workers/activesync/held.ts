import type { WaitEnd } from '../../core/ports/device.ts';
import { httpRefusal } from '../../platform/auth/refusal.ts';
import { isStillSignedIn } from '../../platform/auth/standing.ts';
import { describeError } from '../../platform/log.ts';
import type { EasContext } from './context.ts';
import { httpError, type Reply } from './http/reply.ts';

/**
 * When a wait looks again whether its user is still signed in, besides when it is told to: what was revoked between the
 * sign-in and the beginning of the wait reached nobody who waits. What is revoked later is told (I21).
 */
const LOOK_AGAIN_MS = 30_000;

type Held = Pick<EasContext, 'services' | 'principal' | 'log'>;

/** Waits, and ends with `revoked` also when the credential that began the request is worth nothing any more. */
export async function waitSignedIn(context: Held, waiting: Promise<WaitEnd>): Promise<WaitEnd> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const signedOut = new Promise<WaitEnd>((resolve) => {
    timer = setTimeout(() => {
      void isSignedOut(context).then((out) => {
        if (out) resolve({ kind: 'revoked' });
      });
    }, LOOK_AGAIN_MS);
  });
  try {
    return await Promise.race([waiting, signedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** A directory that does not answer signs nobody out: the next request is judged anyway. */
export async function isSignedOut({ services, principal, log }: Held): Promise<boolean> {
  try {
    return !(await isStillSignedIn(services, principal));
  } catch (error) {
    log.warn('eas.standing-unknown', { error: describeError(error) });
    return false;
  }
}

/** What the next request would be told. */
export async function signedOutReply({ services }: Held): Promise<Reply> {
  const { status, text, headers } = await httpRefusal({ kind: 'denied', token: false }, services);
  return { kind: 'http', response: httpError(status, text, headers) };
}
