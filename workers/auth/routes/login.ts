import * as z from 'zod';
import { endSession, startSession } from '../../../platform/auth/browser/session.ts';
import { byPassword } from '../../../platform/auth/by-password.ts';
import type { Services } from '../../../platform/services.ts';
import {
  type AddRoutes,
  type AuthContext,
  codeText,
  meView,
  note,
  noteFailure,
  passwordText,
  readBody,
} from '../context.ts';
import { SignInError } from '../problem.ts';
import { requireCode, tooMany } from './totp.ts';

const loginBody = z.strictObject({
  address: z.string().min(1).max(320),
  password: passwordText,
  code: codeText.optional(),
});

/** Signing in with a password, and out. */
export const addLoginRoutes: AddRoutes = (app, services) => {
  app.post('/login', async (c) => {
    const { address, password, code } = await readBody(c, loginBody);
    const principal = await principalBy(c, services, address, password);
    const second = await requireCode(c, services, principal, code);
    const { session, cookie } = await startSession(c.req.raw, services, principal, 'password');
    note(c, services, principal.user, { action: 'sign-in', details: { method: 'password', second } });
    c.header('set-cookie', cookie, { append: true });
    return c.json(meView(principal, session));
  });

  app.post('/logout', async (c) => {
    const { session, cookie } = await endSession(c.req.raw, services);
    if (session !== null) note(c, services, session, { action: 'sign-out' });
    c.header('set-cookie', cookie, { append: true });
    return c.body(null, 204);
  });
};

/** The user of an address and password. Throws a SignInError. */
async function principalBy(c: AuthContext, services: Services, login: string, password: string) {
  const ip = c.req.header('cf-connecting-ip') ?? null;
  const attempt = await byPassword({ login, password }, services, ip, 'page');
  if (attempt.kind === 'ok') return attempt.value.principal;
  noteFailure(c, services, login, attempt.kind === 'limited');
  if (attempt.kind === 'denied') {
    services.log.info('auth.refused', { correlationId: c.get('correlationId') });
    throw new SignInError('unauthorized', 'the address or the password is wrong');
  }
  if (attempt.kind === 'limited') throw tooMany(attempt.retryAfterSeconds);
  throw new Error('a password needs no provider');
}
