import { providersOf } from './oidc/providers.ts';
import { areaOf, maySpeakFor, verifyToken } from './oidc/verify.ts';
import { judgeStanding } from './standing.ts';
import { netOf } from './throttle.ts';
import type { Attempt, AuthServices } from './types.ts';

const KEPT_MS = 300_000;
/** The client keeps its token, and comes again. */
const RETRY_S = 30;

/**
 * Looks at an access token. A good one is never stopped by the failures of others; what is none counts against the
 * network that it came from.
 */
export async function byToken(token: string, services: AuthServices, ip: string | null): Promise<Attempt> {
  const { config, directory, throttle, log, now } = services;
  const verdict = await verifyToken(token, providersOf(config), now());
  if (verdict.kind === 'unavailable') {
    log.error('auth.provider-unavailable', { reason: verdict.reason });
    return { kind: 'unavailable', retryAfterSeconds: RETRY_S };
  }
  const deny = (reason: string): Attempt => {
    log.info('auth.token-refused', { reason });
    return { kind: 'denied', token: true };
  };
  if (verdict.kind === 'refused') {
    // A client that is late with its next token guesses nothing.
    if (verdict.reason === 'ERR_JWT_EXPIRED') return deny(verdict.reason);
    const { waitSeconds } = await throttle.begin({ account: null, net: netOf(ip), attempt: null });
    return waitSeconds > 0 ? { kind: 'limited', retryAfterSeconds: waitSeconds } : deny(verdict.reason);
  }
  const { issuer, address, roles, expiresAt } = verdict.claims;
  const login = await directory.findLogin(address);
  if (login === null) return deny('nobody has the address');
  if (!maySpeakFor(issuer, address, login.user)) return deny('not its tenant');
  const { tenant, user } = login;
  const area = areaOf(issuer, user);
  const grants = roles.map((role) => ({ role, area }));
  const state = { tenant, user, credential: null, settings: { tenant: null, user: null } };
  const standing = judgeStanding(state, { method: 'oidc', credentialId: null, grants }, now());
  if (standing === null) return deny('disabled');
  const until = Math.min(expiresAt, now() + KEPT_MS);
  return { kind: 'ok', value: { ...standing, login: address }, until };
}
