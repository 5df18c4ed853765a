import type { Credential } from '../../core/identity/types.ts';
import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { hashAppPassword } from '../app-password.ts';
import { describeError } from '../log.ts';
import type { BasicCredentials } from './basic.ts';
import { verifyNothing, verifyPassword } from './password.ts';
import { judgeStanding, type Standing } from './standing.ts';
import { attemptDigest, netOf, type ThrottleWho } from './throttle.ts';
import type { Attempt, AuthServices } from './types.ts';

/** A phone that syncs pays the slow hash a few times an hour. */
const KEPT_MS = 300_000;

/**
 * Looks at a password or app password.
 * @param where `page`: a person who signs in with a browser, where app passwords are worth nothing
 */
export async function byPassword(
  basic: BasicCredentials,
  services: AuthServices,
  ip: string | null,
  where: 'header' | 'page' = 'header',
): Promise<Attempt> {
  const { config, directory, throttle, log, now, defer } = services;
  const address = canonicalAddress(basic.login);
  const login = address === null ? null : await directory.findLogin(address);
  const who: ThrottleWho = {
    // One account however it is called; a login that nobody has is counted the same way, or it would be told apart.
    account: login?.user.userId ?? `login/${basic.login.toLowerCase().slice(0, 320)}`,
    net: netOf(ip),
    attempt: await attemptDigest(config.secretsKey, basic.login, basic.password),
  };
  const turn = await throttle.begin(who);
  if (turn.waitSeconds > 0) return { kind: 'limited', retryAfterSeconds: turn.waitSeconds };
  const standing = await verify(directory, login, basic.password, where, now());
  if (standing === null) return { kind: 'denied', token: false };
  const noted = throttle
    .succeeded(who, turn)
    .catch((error: unknown) => log.warn('auth.throttle-not-told', { error: describeError(error) }));
  defer(noted);
  return { kind: 'ok', value: { ...standing, login: basic.login }, until: now() + KEPT_MS };
}

async function verify(
  directory: DirectoryStore,
  login: Awaited<ReturnType<DirectoryStore['findLogin']>>,
  password: string,
  where: 'header' | 'page',
  now: number,
): Promise<Standing | null> {
  if (login === null) {
    await verifyNothing(password);
    return null;
  }
  const taken =
    where === 'header' ? login.credentials : login.credentials.filter((c) => c.kind === 'password');
  const credential = await matching(taken, password);
  if (credential === null) return null;
  const { credentialId, kind } = credential;
  // Asked after the password, so that a stranger cannot tell a disabled user from a wrong password.
  const state = await directory.signInState(login.user.tenantId, login.user.userId, credentialId);
  const method = where === 'header' ? kind : 'session';
  return state === null ? null : judgeStanding(state, { method, credentialId }, now);
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
