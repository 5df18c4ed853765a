import { type Grant, mayAct, type Right, type Target } from '../../core/identity/roles.ts';
import type { ServiceToken } from '../../core/ports/administrators.ts';
import { sessionPrincipal } from '../../platform/auth/browser/session.ts';
import { newSecret, secretHash } from '../../platform/auth/browser/tokens.ts';
import type { Services } from '../../platform/services.ts';
import { hasAdminToken } from './auth.ts';
import { AdminError } from './problem.ts';

/** Who uses the admin API. */
export interface Caller {
  /** As the audit log names them. */
  actor: string;
  grants: readonly Grant[];
  /** Parts of the API that the caller keeps to; null: all of them. */
  topics: ReadonlySet<string> | null;
}

/** What every token of a program begins with: it is known when it turns up where it should not. */
const TOKEN_PREFIX = 'wps_';
/** The use of a token is written down once in this time. */
const TOUCH_MS = 3_600_000;

const INSTALLATION: Caller = {
  actor: 'admin-token',
  grants: [{ role: 'admin', area: { kind: 'installation' } }],
  topics: null,
};

/** The caller by the Authorization header: the token of the installation, or one that was made for a program. Else null. */
export async function callerOf(header: string | undefined, services: Services): Promise<Caller | null> {
  const { adminToken } = services.config;
  if (adminToken !== null && (await hasAdminToken(header, adminToken))) return INSTALLATION;
  const token = /^bearer +(wps_[A-Za-z0-9_-]{43}) *$/i.exec(header ?? '')?.[1];
  if (token === undefined) return null;
  const found = await services.directory.findServiceToken(await secretHash(token));
  return found === null ? null : byToken(found, services);
}

/**
 * The caller by a session of a browser, with the roles that its user has now and those that the token of a provider
 * brought into it (docs/authentication.md); null without one.
 * @returns `cookie`: a Set-Cookie field that the answer must have
 */
export async function callerOfSession(
  request: Request,
  services: Services,
): Promise<{ caller: Caller; cookie: string | null } | null> {
  const got = await sessionPrincipal(request, services);
  if (got.kind === 'foreign') throw new AdminError('forbidden', 'only pages of this host may ask for it');
  if (got.kind === 'none') return null;
  const { tenantId, userId } = got.session;
  const grants = await services.directory.rolesOf(tenantId, userId);
  const caller: Caller = {
    actor: `user/${userId}`,
    grants: [...grants.map(({ role, area }) => ({ role, area })), ...(got.principal.signIn.grants ?? [])],
    topics: null,
  };
  return { caller, cookie: got.cookie };
}

async function byToken(token: ServiceToken, services: Services): Promise<Caller | null> {
  const { directory, now, defer } = services;
  const { tokenId, role, area, topics, expiresAt, lastUsedAt } = token;
  if (expiresAt !== null && expiresAt <= now()) return null;
  const tenantId = area.kind === 'installation' ? null : area.tenantId;
  // The token of a tenant that is switched off opens nothing.
  if (tenantId !== null && (await directory.getTenant(tenantId))?.status !== 'active') return null;
  if (lastUsedAt === null || now() - lastUsedAt > TOUCH_MS) {
    defer(directory.touchServiceToken(tenantId, tokenId, now()).catch(() => undefined));
  }
  return {
    actor: `token/${tokenId}`,
    grants: [{ role, area }],
    topics: topics === null ? null : new Set(topics),
  };
}

/** A new token: 256 bits that nobody can guess, and what is kept of them. */
export async function newToken(): Promise<{ token: string; secretHash: string }> {
  const token = `${TOKEN_PREFIX}${newSecret()}`;
  return { token, secretHash: await secretHash(token) };
}

/** Whether the caller may do this with that, in this part of the API. */
export function mayCall(caller: Caller, topic: string, right: Right, target: Target): boolean {
  return (caller.topics === null || caller.topics.has(topic)) && mayAct(caller.grants, right, target);
}
