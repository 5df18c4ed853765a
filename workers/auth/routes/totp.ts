import * as z from 'zod';
import type { Principal } from '../../../core/identity/types.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import {
  codesOf,
  confirmCodes,
  endCodes,
  enrolCodes,
  spendCode,
} from '../../../platform/auth/browser/codes.ts';
import { byPassword } from '../../../platform/auth/by-password.ts';
import { describeError } from '../../../platform/log.ts';
import type { Services } from '../../../platform/services.ts';
import {
  type AddRoutes,
  type AuthContext,
  codeText,
  note,
  passwordText,
  readBody,
  requireFreshSession,
  requireSession,
} from '../context.ts';
import { SignInError } from '../problem.ts';

const nothing = z.strictObject({});
const confirmBody = z.strictObject({ code: codeText });
const disableBody = z.strictObject({ password: passwordText, code: codeText });

/** Codes of an app (RFC 6238) as a second proof beside the password. */
export const addTotpRoutes: AddRoutes = (app, services) => {
  const { directory } = services;

  app.get('/totp', async (c) => {
    const { principal } = await requireSession(c, services);
    const { tenantId, userId } = principal.user;
    const totp = await codesOf(services, principal.user);
    const factors = totp === null ? [] : await directory.listFactors(tenantId, userId);
    const recoveryCodes = factors.filter(({ kind }) => kind === 'recovery').length;
    return c.json({ enabled: totp !== null, since: totp?.confirmedAt ?? null, recoveryCodes });
  });

  app.post('/totp', async (c) => {
    await readBody(c, nothing);
    const { principal } = await requireFreshSession(c, services);
    return c.json(await enrolCodes(services, principal.user), 201);
  });

  app.post('/totp/confirm', async (c) => {
    const { code } = await readBody(c, confirmBody);
    const { principal, session } = await requireFreshSession(c, services);
    const { user } = principal;
    const recoveryCodes = await confirmCodes(services, user, code);
    if (recoveryCodes === null) throw new SignInError('not-accepted', 'this is no code of the secret');
    // Whoever got in with the password alone has to show more now.
    await directory.removeSessions(user.tenantId, user.userId, session.sessionId);
    await lookAgain(services, principal);
    note(c, services, user, { action: 'totp.enable' });
    return c.json({ recoveryCodes });
  });

  app.post('/totp/disable', async (c) => {
    const { password, code } = await readBody(c, disableBody);
    const { principal } = await requireSession(c, services);
    const { user } = principal;
    const ip = c.req.header('cf-connecting-ip') ?? null;
    const attempt = await byPassword({ login: user.address, password }, services, ip, 'page');
    if (attempt.kind === 'denied') throw new SignInError('not-accepted', 'the password is wrong');
    if (attempt.kind !== 'ok') throw tooMany(attempt.retryAfterSeconds);
    await requireCode(c, services, principal, code);
    await endCodes(services, user);
    await lookAgain(services, principal);
    note(c, services, user, { action: 'totp.disable' });
    return c.body(null, 204);
  });
};

export function tooMany(retryAfterSeconds: number): SignInError {
  return new SignInError('too-many-attempts', 'too many failed attempts', retryAfterSeconds);
}

/** Asks for the second proof, where the user has one. Throws a SignInError. */
export async function requireCode(
  c: AuthContext,
  services: Services,
  { user }: Pick<Principal, 'user'>,
  code: string | undefined,
): Promise<'none' | 'code' | 'recovery'> {
  if ((await codesOf(services, user)) === null) return 'none';
  if (code === undefined) throw new SignInError('code-required', 'a code of the app is asked for');
  const ip = c.req.header('cf-connecting-ip') ?? null;
  const verdict = await spendCode(services, user, code, ip);
  if (verdict.kind === 'ok') {
    if (verdict.recovery) note(c, services, user, { action: 'recovery-code.use' });
    return verdict.recovery ? 'recovery' : 'code';
  }
  const outcome = 'denied';
  if (verdict.kind === 'limited') {
    note(c, services, user, { action: 'sign-in.limit', outcome, once: 'hour' });
    throw tooMany(verdict.retryAfterSeconds);
  }
  note(c, services, user, { action: 'sign-in.fail', outcome, once: 'minute', details: { what: 'code' } });
  throw new SignInError('not-accepted', 'the code is wrong, or was used before');
}

/** What mail programs hold open asks anew whether it may (I21). */
async function lookAgain(services: Services, { tenant, user }: Principal): Promise<void> {
  const { wake, log } = services;
  forgetUser(services, user.userId);
  try {
    const { tenantId, mailShard } = tenant;
    await wake.revoke({ tenantId, mailboxId: user.userId, shard: mailShard }, null);
  } catch (error) {
    // They look by themselves as well, later.
    log.error('auth.revoke-failed', { userId: user.userId, error: describeError(error) });
  }
}
