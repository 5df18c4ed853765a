import { judgeSession, OVERLAP_MS } from '../../../core/identity/sessions.ts';
import type { Principal, Tenant, User } from '../../../core/identity/types.ts';
import type { Session } from '../../../core/ports/sessions.ts';
import { clientAddress } from '../../audit/address.ts';
import { newId } from '../../ids.ts';
import { describeError } from '../../log.ts';
import { recorderOf } from '../../metrics/index.ts';
import type { Services } from '../../services.ts';
import { grantsOfSession } from '../oidc/session-grants.ts';
import { standingOf } from '../standing.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { isSameOrigin } from './origin.ts';
import { newSecret, secretHash } from './tokens.ts';

export type BrowserServices = Pick<
  Services,
  'config' | 'directory' | 'throttle' | 'seal' | 'log' | 'now' | 'defer'
>;

const COOKIE = 'waypost';
/** Of one user: the oldest ends. */
const MAX_SESSIONS = 50;

export type SessionResult =
  | {
      kind: 'ok';
      principal: Principal;
      session: Session;
      /** A Set-Cookie field that the answer must have, or the session ends with the next requests; null: none. */
      cookie: string | null;
    }
  /** No session, or none that holds. */
  | { kind: 'none' }
  /** A change that no page of ours asks for (A38). */
  | { kind: 'foreign' };

/**
 * Who has signed in with a browser, looked at anew with each request: a session that is ended, a password that is
 * changed and a user or tenant that is disabled end it at once. Every edge that takes the cookie asks here.
 */
export async function sessionPrincipal(request: Request, services: BrowserServices): Promise<SessionResult> {
  const { config, directory, log, now, defer } = services;
  const token = readCookie(request, config, COOKIE);
  if (token === null || !/^[A-Za-z0-9_-]{43}$/.test(token)) return { kind: 'none' };
  const tokenHash = await secretHash(token);
  const session = await directory.findSession(tokenHash);
  if (session === null) return { kind: 'none' };
  const { tenantId, userId, sessionId, passwordId } = session;
  const verdict = judgeSession(session, tokenHash, now(), { idleMs: config.sessionIdleMs });
  if (verdict.kind !== 'holds') {
    if (verdict.kind === 'replayed') log.warn('auth.session-replayed', { userId, sessionId });
    await directory.removeSession(tenantId, userId, sessionId);
    return { kind: 'none' };
  }
  const state = await directory.getUser(tenantId, userId);
  if (state === null) return { kind: 'none' };
  const grants = grantsOfSession(session, config.oidcIssuers, state.user);
  const known: Principal = { ...state, signIn: { method: 'session', credentialId: passwordId, grants } };
  const standing = await standingOf(directory, known, now());
  if (standing === null) return { kind: 'none' };
  if (!['GET', 'HEAD'].includes(request.method) && !isSameOrigin(request, config)) return { kind: 'foreign' };
  if (verdict.touch) {
    const noted = directory.touchSession(tenantId, userId, sessionId, now()).catch((error: unknown) => {
      log.warn('auth.use-not-noted', { error: describeError(error) });
    });
    defer(noted);
  }
  recorderOf(services)?.saw('browser', sessionId);
  const cookie = verdict.rotate ? await rotate(request, services, session) : null;
  return { kind: 'ok', principal: standing.principal, session, cookie };
}

/** null when another request of the page was first: its answer brings the token. */
async function rotate(
  request: Request,
  { config, directory, now }: BrowserServices,
  session: Session,
): Promise<string | null> {
  const [token, at] = [newSecret(), now()];
  const tokens = { from: session.tokenHash, to: await secretHash(token), at, overlapUntil: at + OVERLAP_MS };
  const done = await directory.rotateSession(session, tokens);
  return done ? cookieOf(request, config, token, session.expiresAt - at) : null;
}

/**
 * Begins a session, with a token that nobody has seen before (A37); one that the browser had ends.
 * @returns the session and a Set-Cookie field
 */
export async function startSession(
  request: Request,
  services: BrowserServices,
  { tenant, user }: { tenant: Tenant; user: User },
  method: Session['method'],
  tokenRoles: Session['tokenRoles'] = null,
): Promise<{ session: Session; cookie: string }> {
  const { config, directory, now } = services;
  const [token, at] = [newSecret(), now()];
  const { tenantId } = tenant;
  const { userId } = user;
  await endSession(request, services);
  const credentials = await directory.listCredentials(tenantId, userId);
  const session: Session = {
    ...{ sessionId: newId(), tenantId, userId, tokenHash: await secretHash(token), method },
    ...{ previousHash: null, previousUntil: null, tokenRoles },
    passwordId: credentials.find(({ kind }) => kind === 'password')?.credentialId ?? null,
    ...{ createdAt: at, rotatedAt: at, seenAt: at, expiresAt: at + config.sessionMaxMs },
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 200),
    address: clientAddress(request.headers, config.auditAddresses),
  };
  await directory.putSession(session);
  const all = await directory.listSessions(tenantId, userId);
  const over = all.filter(
    ({ expiresAt, seenAt }, index) =>
      index >= MAX_SESSIONS || expiresAt <= at || at - seenAt >= config.sessionIdleMs,
  );
  for (const { sessionId } of over) await directory.removeSession(tenantId, userId, sessionId);
  return { session, cookie: cookieOf(request, config, token, config.sessionMaxMs) };
}

/** Ends the session of the request, if there is one. The Set-Cookie field that forgets it. */
export async function endSession(
  request: Request,
  { config, directory }: BrowserServices,
): Promise<{ session: Session | null; cookie: string }> {
  const token = readCookie(request, config, COOKIE);
  const session = token === null ? null : await directory.findSession(await secretHash(token));
  if (session !== null) {
    await directory.removeSession(session.tenantId, session.userId, session.sessionId);
  }
  return { session, cookie: cookieOf(request, config, '', 0) };
}

function cookieOf(
  request: Request,
  config: BrowserServices['config'],
  value: string,
  lifetimeMs: number,
): string {
  return writeCookie(request, config, { name: COOKIE, value, maxAgeSeconds: lifetimeMs / 1000 });
}
