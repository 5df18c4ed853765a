import { describeError } from '../log.ts';
import { parseBasic } from './basic.ts';
import { byPassword } from './by-password.ts';
import { byToken } from './by-token.ts';
import { parseBearer } from './oidc/verify.ts';
import { isInScope, standingOf } from './standing.ts';
import type { Attempt, AuthResult, AuthServices, SignedIn, SignInTarget } from './types.ts';
import { VerifiedCache } from './verified-cache.ts';

/** The list is for people: what is used all day is written once an hour. */
const USED_EVERY_MS = 3_600_000;

/** One for each installation in the isolate. */
const remembered = new WeakMap<object, VerifiedCache>();

function verifiedOf({ config }: { config: object }): VerifiedCache {
  const known = remembered.get(config);
  if (known !== undefined) return known;
  const made = new VerifiedCache(5_000);
  remembered.set(config, made);
  return made;
}

/** Forgets what was remembered of a user in this isolate, after its credentials or status changed. */
export function forgetUser(services: { config: object }, userId: string): void {
  verifiedOf(services).forget(({ principal }) => principal.user.userId === userId);
}

/**
 * The one authentication path of all edges: Basic with the user's password or an app password, by primary address or
 * alias; Bearer with an access token of a configured provider.
 */
export async function authenticate(
  request: Request,
  services: AuthServices,
  target: SignInTarget,
): Promise<AuthResult> {
  const header = request.headers.get('authorization');
  const look = header === null ? null : lookAt(header, request.headers.get('cf-connecting-ip'), services);
  if (header === null || look === null) return { kind: 'denied', token: false };
  const got = await verifiedOf(services).get(header, services.now(), {
    verify: look,
    recheck: async (known) => {
      const standing = await standingOf(services.directory, known.principal, services.now());
      return standing === null ? null : { ...known, ...standing };
    },
  });
  if (got.kind !== 'ok') return got;
  if (!(await admits(got.value, services, target))) {
    services.log.info('auth.out-of-scope', {
      protocol: target.protocol,
      userId: got.value.principal.user.userId,
    });
    return { kind: 'denied', token: false };
  }
  noteUse(got.value, services);
  const { tenant, user } = got.value.principal;
  const caller = `${target.protocol}/${user.userId}`;
  const retryAfterSeconds = await services.limits.admit({ caller, tenantId: tenant.tenantId });
  if (retryAfterSeconds > 0) return { kind: 'busy', retryAfterSeconds };
  return { kind: 'ok', ...got.value };
}

/** How a header is looked at; null when it is of no known kind. */
function lookAt(header: string, ip: string | null, services: AuthServices): (() => Promise<Attempt>) | null {
  const token = parseBearer(header);
  if (token !== null) return () => byToken(token, services, ip);
  const basic = parseBasic(header);
  return basic === null ? null : () => byPassword(basic, services, ip);
}

/** Whether the credential that was shown is for this. The first device that uses one that binds has it from then on. */
async function admits(
  signedIn: SignedIn,
  { directory }: AuthServices,
  target: SignInTarget,
): Promise<boolean> {
  const { credential } = signedIn;
  if (credential === null) return true;
  const scope = isInScope(credential, target);
  if (scope !== 'binds') return scope === 'yes';
  const { tenantId, userId, credentialId } = credential;
  const deviceId = target.deviceId ?? '';
  const bound = deviceId !== '' && (await directory.bindCredential(tenantId, userId, credentialId, deviceId));
  // What is remembered of it says from now on whose it is.
  if (bound) credential.deviceId = deviceId;
  return bound;
}

function noteUse({ credential }: SignedIn, { directory, log, now, defer }: AuthServices): void {
  if (credential === null) return;
  const at = now();
  if (at - (credential.lastUsedAt ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return;
  const { tenantId, userId, credentialId } = credential;
  credential.lastUsedAt = at;
  const write = directory
    .touchCredential(tenantId, userId, credentialId, at, at - USED_EVERY_MS)
    .catch((error: unknown) => log.warn('auth.use-not-noted', { error: describeError(error) }));
  defer(write);
}
