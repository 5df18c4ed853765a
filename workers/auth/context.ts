import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { InvalidInputError } from '../../core/errors.ts';
import { isFresh } from '../../core/identity/sessions.ts';
import type { Tenant, User } from '../../core/identity/types.ts';
import type { Session } from '../../core/ports/sessions.ts';
import { clientAddress, networkOf } from '../../platform/audit/address.ts';
import { accountOf } from '../../platform/audit/sign-in.ts';
import type { AuditFacts } from '../../platform/audit/trail.ts';
import { type SessionResult, sessionPrincipal } from '../../platform/auth/browser/session.ts';
import { beginWait } from '../../platform/limits/anonymous.ts';
import type { Services } from '../../platform/services.ts';
import { SignInError } from './problem.ts';

export interface AuthEnv {
  Variables: { correlationId: string };
}

export type AuthContext = Context<AuthEnv>;

/** Adds the routes of one way to sign in. */
export type AddRoutes = (app: Hono<AuthEnv>, services: Services) => void;

type SignedIn = Extract<SessionResult, { kind: 'ok' }>;

/** Whose session it is. The answer takes along a cookie that is due. */
export async function requireSession(c: AuthContext, services: Services): Promise<SignedIn> {
  const got = await sessionPrincipal(c.req.raw, services);
  if (got.kind === 'foreign')
    throw new SignInError('foreign-origin', 'only pages of this host may ask for it');
  if (got.kind === 'none') throw new SignInError('unauthorized', 'there is no session, or it is over');
  if (got.cookie !== null) c.header('set-cookie', got.cookie, { append: true });
  return got;
}

/** The same, begun lately: whoever finds a screen unlocked must not make a way in for themselves. */
export async function requireFreshSession(c: AuthContext, services: Services): Promise<SignedIn> {
  const got = await requireSession(c, services);
  if (!isFresh(got.session, services.now())) {
    throw new SignInError('sign-in-again', 'this asks for a sign-in in the last 15 minutes');
  }
  return got;
}

/** Throws when too many sign-ins were begun from there of late: each writes a row before anybody is known. */
export async function mayBegin(c: AuthContext, services: Services): Promise<void> {
  const wait = await beginWait(c.req.raw, services);
  if (wait > 0) throw new SignInError('too-many-attempts', 'too many sign-ins were begun', wait);
}

export async function readBody<T>(c: AuthContext, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = await c.req.json();
  } catch (error) {
    if (error instanceof SignInError) throw error;
    throw new InvalidInputError('the body is not JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5);
  throw new InvalidInputError(
    issues.map((i) => (i.path.length > 0 ? `${i.path.join('.')}: ${i.message}` : i.message)).join('; '),
  );
}

export const codeText = z.string().trim().min(1).max(64);
export const passwordText = z.string().min(1).max(256);

type Noted = Pick<AuditFacts, 'action' | 'outcome' | 'details' | 'once' | 'apart'>;

/** Tells the audit log what a user did, or what was tried in their name. */
export function note(
  c: AuthContext,
  { trail, config }: Services,
  user: Pick<User, 'tenantId' | 'userId'>,
  facts: Noted,
): void {
  const resource = `user/${user.userId}`;
  trail.record([
    {
      ...{ tenantId: user.tenantId, actor: facts.outcome === 'denied' ? 'nobody' : resource, resource },
      ...{ protocol: 'browser', correlationId: c.get('correlationId') },
      address: clientAddress(c.req.raw.headers, config.auditAddresses),
      ...facts,
    },
  ]);
}

/** Tells it of a password that let nobody in: once for each account and network in a while. */
export function noteFailure(c: AuthContext, services: Services, login: string, limited: boolean): void {
  const address = clientAddress(c.req.raw.headers, services.config.auditAddresses);
  const network = address === null || address.includes('/') ? address : networkOf(address);
  const once = limited ? 'hour' : 'minute';
  const correlationId = c.get('correlationId');
  const key = JSON.stringify([limited, 'browser', network, login.toLowerCase()]);
  services.trail.lookUp(once, key, async () => [
    {
      ...(await accountOf(services, login)),
      ...{ actor: 'nobody', protocol: 'browser', correlationId, address, outcome: 'denied' },
      ...{ action: limited ? 'sign-in.limit' : 'sign-in.fail', once, apart: network ?? '' },
    },
  ]);
}

interface SessionView {
  sessionId: string;
  current: boolean;
  method: Session['method'];
  createdAt: number;
  seenAt: number;
  expiresAt: number;
  userAgent: string;
  address: string | null;
}

export function sessionView(session: Session, current: string): SessionView {
  const { sessionId, method, createdAt, seenAt, expiresAt, userAgent, address } = session;
  return {
    ...{ sessionId, current: sessionId === current, method, createdAt, seenAt, expiresAt },
    ...{ userAgent, address },
  };
}

export function meView({ tenant, user }: { tenant: Tenant; user: User }, session: Session) {
  return {
    address: user.address,
    displayName: user.displayName,
    userId: user.userId,
    tenantId: tenant.tenantId,
    session: sessionView(session, session.sessionId),
  };
}
