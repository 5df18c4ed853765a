import type { Context, Handler, Hono, MiddlewareHandler } from 'hono';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import { domainOf, type Grant, mayAct, type Target } from '../../core/identity/roles.ts';
import { canonicalAddress, canonicalDomain } from '../../core/mail/recipients.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { netOf } from '../../platform/auth/throttle.ts';
import type { Services } from '../../platform/services.ts';
import { ACCESS, type Access, type Subject } from './access-table.ts';
import { callerOfAccessToken } from './access-token.ts';
import { type Caller, callerOf, callerOfSession, mayCall } from './caller.ts';
import type { AdminEnv } from './context.ts';
import { once } from './idempotency.ts';
import type { Scope } from './paging.ts';
import { AdminError, TooManyError } from './problem.ts';

type C = Context<AdminEnv>;

/** Finds out who calls; strangers learn nothing of which routes there are. */
export function identify(services: Services): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    // An installation without a token has no admin API at all.
    if (services.config.adminToken === null) throw new NotFoundError('not found');
    const header = c.req.header('authorization');
    // A browser that shows a token as well is a program: what it shows counts, not the cookie.
    const session = header === undefined ? await callerOfSession(c.req.raw, services) : null;
    const caller =
      session?.caller ??
      (await callerOf(header, services)) ??
      (await callerOfAccessToken(c.req.raw, services));
    if (caller === null) {
      if (header !== undefined) await countFailure(c, services);
      throw new AdminError('unauthorized', 'a valid admin token is required');
    }
    if (caller.grants.length === 0) throw new AdminError('forbidden', 'the user has no role');
    const counted = session !== null || caller.actor.startsWith('token/');
    const wait = counted ? await services.limits.admit({ caller: `admin/${caller.actor}` }) : 0;
    if (wait > 0) throw new TooManyError(wait, 'too many requests');
    c.set('caller', caller);
    await next();
    if (typeof session?.cookie === 'string') c.header('set-cookie', session.cookie, { append: true });
  };
}

/** What is no token counts as a wrong password does, for the prefix that it comes from (A33); a good one always opens. */
async function countFailure(c: C, { throttle }: Services): Promise<void> {
  const net = netOf(c.req.header('cf-connecting-ip') ?? null);
  if (net === null) return;
  const { waitSeconds } = await throttle.begin({ account: null, net, attempt: null });
  if (waitSeconds > 0) throw new TooManyError(waitSeconds);
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * The app with a guard before each handler that is added to it: whom the table of routes does not let through does not
 * come in (A39). The caller must have the right in each thing that the request names; what lies in an area of others looks
 * like what is not there (I22). A route that the table does not know cannot be added. POST and PATCH take an
 * Idempotency-Key.
 */
export function guarded(app: Hono<AdminEnv>, services: Services, noted: Set<string>): Hono<AdminEnv> {
  const { directory } = services;
  const single = once(services, noted);
  const add = (method: string) => (path: string, handler: Handler<AdminEnv>) => {
    const access = ACCESS[`${method.toUpperCase()} ${path}`];
    if (access === undefined) throw new Error(`who may use ${method} ${path} is not said`);
    const check: MiddlewareHandler<AdminEnv> = async (c, next) => {
      await demand(c, directory, c.get('caller'), access);
      await next();
    };
    const acts = method === 'post' || method === 'patch';
    return acts
      ? app.on(method.toUpperCase(), path, check, single, handler)
      : app.on(method.toUpperCase(), path, check, handler);
  };
  return Object.assign(
    Object.create(app),
    Object.fromEntries(METHODS.map((method) => [method, add(method)])),
  );
}

async function demand(
  c: C,
  directory: DirectoryStore,
  caller: Caller,
  [topic, right, of]: Access,
): Promise<void> {
  if (of === 'own') {
    if (caller.topics?.has(topic) === false) throw forbidden();
    return;
  }
  if (of === 'area') {
    if (caller.topics?.has(topic) === false) throw forbidden();
    c.set('scopes', await scopesOf(directory, caller.grants, c.req.query()));
    return;
  }
  // Who may do everything everywhere needs no look at what it is.
  if (mayCall(caller, topic, right, { kind: 'installation' })) return;
  for (const target of await targetsOf(c, directory, caller, of)) {
    if (target !== null && mayCall(caller, topic, right, target)) continue;
    const seen = target !== null && mayCall({ ...caller, topics: null }, topic, 'read', target);
    throw seen ? forbidden() : new NotFoundError('not found');
  }
}

function forbidden(): AdminError {
  return new AdminError('forbidden', 'the role of the caller does not include this');
}

/** What a request acts upon; null for what is not there. */
async function targetsOf(
  c: C,
  directory: DirectoryStore,
  caller: Caller,
  of: Subject,
): Promise<(Target | null)[]> {
  switch (of) {
    case 'own':
    case 'area':
      return [];
    case 'installation':
      return [{ kind: 'installation' }];
    case 'tenant':
      return [ofTenant(c.req.param('tenantId'))];
    case 'domain':
      return [await ofDomain(directory, canonicalDomain(c.req.param('domain') ?? ''))];
    case 'address':
      return [await ofAddress(directory, c.req.param('address') ?? c.req.param('alias'))];
  }
  const values: Record<string, unknown> =
    'query' in of ? { ...soleTenant(caller), ...c.req.query() } : await bodyOf(c);
  const names: readonly string[] = 'query' in of ? [of.query] : of.body;
  return Promise.all(
    names.map((name) => {
      const value = values[name];
      const text = typeof value === 'string' ? value : undefined;
      return name === 'tenantId' ? ofTenant(text) : ofAddress(directory, text);
    }),
  );
}

/**
 * Where a list looks: in what the query names, else in all that the caller may read; null: everywhere. What is not the
 * caller's looks like what is not there (I22).
 */
async function scopesOf(
  directory: DirectoryStore,
  grants: readonly Grant[],
  { tenantId, domain: name }: Record<string, string | undefined>,
): Promise<Scope[] | null> {
  if (name !== undefined) {
    const target = await ofDomain(directory, canonicalDomain(name));
    const theirs =
      target?.kind === 'tenant' &&
      (tenantId ?? target.tenantId) === target.tenantId &&
      mayAct(grants, 'read', target);
    if (!theirs) throw new NotFoundError('not found');
    return [{ tenantId: target.tenantId, domain: target.domain }];
  }
  const areas = grants.map(({ area }) => area);
  if (areas.some(({ kind }) => kind === 'installation'))
    return tenantId === undefined ? null : [{ tenantId, domain: null }];
  const scopes = new Map<string, Scope>();
  const inside = areas.filter((area) => area.kind !== 'installation');
  const whole = new Set(inside.flatMap((area) => (area.kind === 'tenant' ? [area.tenantId] : [])));
  for (const area of inside) {
    if (tenantId !== undefined && area.tenantId !== tenantId) continue;
    const domain = area.kind === 'domain' && !whole.has(area.tenantId) ? area.domain : null;
    scopes.set(`${area.tenantId} ${domain ?? ''}`, { tenantId: area.tenantId, domain });
  }
  if (scopes.size === 0) throw new NotFoundError('not found');
  return [...scopes.values()];
}

/** The tenant of a caller who is for one tenant, all of it: what a query need not say. */
export function soleTenant({ grants }: Caller): { tenantId?: string } {
  const [first] = grants;
  if (first?.area.kind !== 'tenant') return {};
  const { tenantId } = first.area;
  const sole = grants.every(({ area }) => area.kind !== 'installation' && area.tenantId === tenantId);
  return sole ? { tenantId } : {};
}

/** Of no tenant in particular is of the installation. */
function ofTenant(tenantId: string | undefined): Target {
  return tenantId === undefined ? { kind: 'installation' } : { kind: 'tenant', tenantId, domain: null };
}

async function ofAddress(directory: DirectoryStore, value: string | undefined): Promise<Target | null> {
  const address = value === undefined ? null : canonicalAddress(value);
  return address === null ? null : ofDomain(directory, domainOf(address));
}

async function ofDomain(directory: DirectoryStore, name: string | null): Promise<Target | null> {
  const domain = name === null ? null : await directory.getDomain(name);
  return domain === null ? null : { kind: 'tenant', tenantId: domain.tenantId, domain: domain.domain };
}

async function bodyOf(c: C): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await c.req.json();
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch (error) {
    if (error instanceof AdminError) throw error;
  }
  throw new InvalidInputError('the body is no JSON object');
}
