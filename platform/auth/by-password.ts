import type { Credential } from '../../core/identity/types.ts';
import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { hashAppPassword } from '../app-password.ts';
import type { BasicCredentials } from './basic.ts';
import { verifyNothing, verifyPassword } from './password.ts';
import { judgeStanding, type Standing } from './standing.ts';
import { throttleKeys } from './throttle-keys.ts';
import type { Attempt, AuthServices } from './types.ts';

/** A phone that syncs pays the slow hash a few times an hour. */
const KEPT_MS = 300_000;

/** Looks at a password or app password. */
export async function byPassword(
  basic: BasicCredentials,
  { directory, throttle, now }: AuthServices,
  ip: string | null,
): Promise<Attempt> {
  const keys = throttleKeys(basic.login, ip);
  const wait = await throttle.check(keys);
  if (wait > 0) return { kind: 'limited', retryAfterSeconds: wait };
  const standing = await verify(directory, basic, now());
  if (standing === null) {
    await throttle.failed(keys);
    return { kind: 'denied', token: false };
  }
  return { kind: 'ok', value: { ...standing, login: basic.login }, until: now() + KEPT_MS };
}

async function verify(
  directory: DirectoryStore,
  basic: BasicCredentials,
  now: number,
): Promise<Standing | null> {
  const address = canonicalAddress(basic.login);
  const login = address === null ? null : await directory.findLogin(address);
  if (login === null) {
    await verifyNothing(basic.password);
    return null;
  }
  const credential = await matching(login.credentials, basic.password);
  if (credential === null) return null;
  const { credentialId, kind } = credential;
  // Asked after the password, so that a stranger cannot tell a disabled user from a wrong password.
  const state = await directory.signInState(login.user.tenantId, login.user.userId, credentialId);
  return state === null ? null : judgeStanding(state, { method: kind, credentialId }, now);
}

/** The slow hash is paid for whatever is wrong, so that the time tells nothing of what exists (A34). */
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
