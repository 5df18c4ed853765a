import type { Credential, Principal } from '../../core/identity/types.ts';
import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { hashAppPassword } from '../app-password.ts';
import { type BasicCredentials, parseBasic } from './basic.ts';
import { verifyNothing, verifyPassword } from './password.ts';
import { VerifiedCache } from './verified-cache.ts';

/** Counts failures over all isolates (THROTTLE object). Keys are opaque strings. */
export interface ThrottlePort {
  /** Seconds to wait before another try with one of these keys is looked at; 0 when it may be tried now. */
  check(keys: string[]): Promise<number>;
  failed(keys: string[]): Promise<void>;
}

/** Who has signed in, and by which of their credentials. */
export interface SignedIn {
  principal: Principal;
  credentialId: string;
}

export type AuthResult =
  | ({ kind: 'ok' } & SignedIn)
  | { kind: 'denied' }
  | { kind: 'limited'; retryAfterSeconds: number };

// One cache for the isolate. Five minutes: a phone that syncs pays the slow hash a few times an hour.
const verified = new VerifiedCache<SignedIn>(300_000, 5_000);

/** Forgets what was remembered of a user in this isolate, after its credentials or status changed. */
export function forgetUser(userId: string): void {
  verified.forget(({ principal }) => principal.user.userId === userId);
}

/**
 * The one authentication path of all edges. Basic with the user's password or an app password, by primary
 * address or alias.
 */
export async function authenticate(
  request: Request,
  services: { directory: DirectoryStore; throttle: ThrottlePort; now(): number },
): Promise<AuthResult> {
  const header = request.headers.get('authorization');
  const basic = parseBasic(header);
  if (header === null || basic === null) return { kind: 'denied' };
  let wait = 0;
  const signedIn = await verified.get(header, services.now(), async () => {
    const keys = throttleKeys(basic.login, request.headers.get('cf-connecting-ip'));
    wait = await services.throttle.check(keys);
    if (wait > 0) return null;
    const found = await verify(services.directory, basic);
    if (found === null) await services.throttle.failed(keys);
    return found;
  });
  if (signedIn !== null) return { kind: 'ok', ...signedIn };
  return wait > 0 ? { kind: 'limited', retryAfterSeconds: wait } : { kind: 'denied' };
}

async function verify(directory: DirectoryStore, basic: BasicCredentials): Promise<SignedIn | null> {
  const address = canonicalAddress(basic.login);
  const login = address === null ? null : await directory.findLogin(address);
  if (login === null) {
    await verifyNothing(basic.password);
    return null;
  }
  const credential = await matching(login.credentials, basic.password);
  // Checked after the password, so that a stranger cannot tell a disabled user from a wrong password.
  if (credential === null || !maySignIn(login)) return null;
  return {
    principal: { tenant: login.tenant, user: login.user },
    credentialId: credential.credentialId,
  };
}

function maySignIn({ tenant, user }: Principal): boolean {
  return user.status !== 'disabled' && tenant.status === 'active';
}

/**
 * Whether one who has signed in could do so again: for what goes on long after its request (I21). Whoever changes a
 * password wants that nobody is there any more by the old one.
 * @param credentialId null where it was not noted by which one
 */
export async function isStillSignedIn(
  directory: Pick<DirectoryStore, 'findLogin'>,
  { user }: Principal,
  credentialId: string | null,
): Promise<boolean> {
  const login = await directory.findLogin(user.address);
  if (login === null || login.user.userId !== user.userId || !maySignIn(login)) return false;
  return credentialId === null || login.credentials.some((one) => one.credentialId === credentialId);
}

async function matching(credentials: Credential[], password: string): Promise<Credential | null> {
  const appHash = await hashAppPassword(password);
  const app = credentials.find((c) => c.kind === 'app' && sameText(c.secretHash, appHash));
  if (app !== undefined) return app;
  const slow = credentials.find((c) => c.kind === 'password');
  if (slow === undefined) {
    await verifyNothing(password);
    return null;
  }
  return (await verifyPassword(slow.secretHash, password)) ? slow : null;
}

/** Comparison whose time does not depend on where two strings of equal length differ. */
function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return diff === 0;
}

/** One key for the account and one for the address prefix (IPv4 /24, IPv6 /48) the request came from. */
function throttleKeys(login: string, ip: string | null): string[] {
  const keys = [`account:${login.toLowerCase().slice(0, 320)}`];
  if (ip !== null) {
    keys.push(
      ip.includes(':')
        ? `net:${ip.split(':').slice(0, 3).join(':')}`
        : `net:${ip.split('.').slice(0, 3).join('.')}`,
    );
  }
  return keys;
}
