import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import { type Area, domainOf, mayGrant } from '../../../core/identity/roles.ts';
import type { RoleGrant, ServiceToken } from '../../../core/ports/administrators.ts';
import { newId } from '../../../platform/ids.ts';
import type {
  CreateServiceToken,
  NewServiceTokenView,
  Page,
  RoleView,
  ServiceTokenView,
  SetRole,
} from '../../../shared/admin-api.ts';
import { TOPICS } from '../access-table.ts';
import { type Caller, newToken } from '../caller.ts';
import { type AddRoutes, by } from '../context.ts';
import { soleTenant } from '../guard.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { areaPagedQuery, pagedQuery, pageOf, pageOver, piece, readPair, writePair } from '../paging.ts';
import { AdminError } from '../problem.ts';
import { requireTenant } from './devices.ts';

const role = z.enum(['admin', 'support']);
const place = z.enum(['installation', 'tenant', 'domain']);
const domain = z.string().min(1).max(255);
export const roleBody = z.strictObject({
  role,
  in: place,
  domain: domain.optional(),
}) satisfies z.ZodType<SetRole>;
export const areaQuery = z.strictObject({ in: place, domain: domain.optional() });
export const tokenBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role,
  tenantId: z.string().min(1).max(64).optional(),
  domain: domain.optional(),
  topics: z.array(z.enum(TOPICS)).min(1).optional(),
  days: z.number().int().min(1).max(3650).optional(),
}) satisfies z.ZodType<CreateServiceToken>;
export const tenantQuery = z.strictObject({ tenantId: z.string().min(1).max(64).optional() });

export const tokenListQuery = areaPagedQuery;

const DAY_MS = 86_400_000;

/** Roles of users, and tokens of programs. */
export const addAdministratorRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, now } = services;

  app.get('/tenants/:tenantId/roles', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const grants = await directory.listRoles(tenantId);
    const page = pageOf('roles', grants, (one) => [0, `${one.userId} ${areaName(one.area)}`], query);
    const ids = [...new Set(page.items.map(({ userId }) => userId))];
    const addresses = await directory.addressesOf(tenantId, ids);
    const items = page.items.map((grant) => roleView(grant, addresses.get(grant.userId) ?? null));
    return c.json<Page<RoleView>>({ ...page, items });
  });

  app.put('/users/:address/role', async (c) => {
    const body = await readJson(c, roleBody);
    const { user } = await requireUser(directory, c.req.param('address'));
    const area = await areaOf(body.in, user.tenantId, body.domain ?? domainOf(user.address));
    requireGrant(c.get('caller'), body.role, area);
    const grant: RoleGrant = {
      ...{ tenantId: user.tenantId, userId: user.userId, role: body.role, area },
      ...{ grantedBy: c.get('caller').actor, grantedAt: now() },
    };
    await directory.putRole(grant);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'role.grant',
      resource: `user/${user.userId}`,
      details: { role: body.role, in: area.kind, domain: area.kind === 'domain' ? area.domain : null },
    });
    return c.json(await view(grant));
  });

  app.delete('/users/:address/role', async (c) => {
    const query = readQuery(c, areaQuery);
    const { user } = await requireUser(directory, c.req.param('address'));
    const area = await areaOf(query.in, user.tenantId, query.domain ?? domainOf(user.address));
    requireGrant(c.get('caller'), 'support', area);
    if (!(await directory.removeRole(user.tenantId, user.userId, area)))
      throw new NotFoundError('no such role');
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'role.withdraw',
      resource: `user/${user.userId}`,
      details: { in: area.kind, domain: area.kind === 'domain' ? area.domain : null },
    });
    return c.body(null, 204);
  });

  app.get('/tokens', async (c) => {
    const { limit, cursor } = readQuery(c, tokenListQuery);
    // Of the installation are those that are for nothing less.
    const scopes = c.get('scopes') ?? [{ tenantId: INSTALLATION, domain: null }];
    const page = await pageOver(
      { directory, list: 'tokens', scopes, limit, cursor },
      async ({ tenantId, domain }, after, most) => {
        const all = await directory.listServiceTokens(tenantId === INSTALLATION ? null : tenantId);
        const theirs = all.filter(
          ({ area }) => domain === null || (area.kind === 'domain' && area.domain === domain),
        );
        const from = after === '' ? 0 : theirs.findIndex((one) => isBehind(one, after));
        return piece(from < 0 ? [] : theirs.slice(from), most, tokenKey);
      },
    );
    return c.json<Page<ServiceTokenView>>({ ...page, items: page.items.map(tokenView) });
  });

  app.post('/tokens', async (c) => {
    const { name, role, tenantId, days, topics = null, ...body } = await readJson(c, tokenBody);
    const caller = c.get('caller');
    if (tenantId !== undefined) await requireTenant(directory, tenantId);
    if (tenantId === undefined && body.domain !== undefined)
      throw new InvalidInputError('a domain needs its tenantId');
    const kind = tenantId === undefined ? 'installation' : body.domain === undefined ? 'tenant' : 'domain';
    const area = await areaOf(kind, tenantId ?? '', body.domain ?? '');
    requireGrant(caller, role, area);
    const wider = (topics ?? TOPICS).some((topic) => caller.topics?.has(topic) === false);
    if (wider) throw new AdminError('forbidden', 'a token gives away no more than its maker has');
    const { token, secretHash } = await newToken();
    const made: ServiceToken = {
      ...{
        tokenId: newId(),
        name,
        secretHash,
        role,
        area,
        topics,
        createdBy: caller.actor,
        createdAt: now(),
      },
      ...{ expiresAt: days === undefined ? null : now() + days * DAY_MS, lastUsedAt: null },
    };
    await directory.putServiceToken(made);
    await audit({
      ...by(c),
      tenantId: tenantId ?? null,
      action: 'token.create',
      resource: `token/${made.tokenId}`,
      details: { role, in: area.kind, topics: topics?.join(' ') ?? 'all' },
    });
    return c.json<NewServiceTokenView>({ ...tokenView(made), token }, 201);
  });

  app.delete('/tokens/:tokenId', async (c) => {
    const { tenantId = null } = { ...soleTenant(c.get('caller')), ...readQuery(c, tenantQuery) };
    const tokenId = c.req.param('tokenId');
    if (!(await directory.removeServiceToken(tenantId, tokenId))) throw new NotFoundError('no such token');
    await audit({ ...by(c), tenantId, action: 'token.revoke', resource: `token/${tokenId}` });
    return c.body(null, 204);
  });

  async function areaOf(kind: Area['kind'], tenantId: string, name: string): Promise<Area> {
    if (kind === 'installation') return { kind };
    if (kind === 'tenant') return { kind, tenantId };
    const found = await directory.getDomain(name.toLowerCase());
    if (found?.tenantId !== tenantId) throw new InvalidInputError(`${name} is no domain of the tenant`);
    return { kind, tenantId, domain: found.domain };
  }

  async function view(grant: RoleGrant): Promise<RoleView> {
    const found = await directory.getUser(grant.tenantId, grant.userId);
    return roleView(grant, found?.user.address ?? null);
  }
};

function roleView({ role, area, grantedBy, grantedAt }: RoleGrant, address: string | null): RoleView {
  const domain = area.kind === 'domain' ? area.domain : null;
  return { address, role, in: area.kind, domain, grantedBy, grantedAt };
}

/** In order: a whole tenant, its domains, the installation. */
function areaName(area: Area): string {
  return area.kind === 'installation' ? '1' : `0${area.kind === 'domain' ? area.domain : ''}`;
}

/** In place of a tenant. */
const INSTALLATION = '';

function tokenKey({ createdAt, tokenId }: ServiceToken): string {
  return writePair(String(createdAt), tokenId);
}

/** Tokens are listed with the newest first. */
function isBehind({ createdAt, tokenId }: ServiceToken, key: string): boolean {
  const [at, id] = readPair(key) ?? ['', ''];
  return createdAt < Number(at) || (createdAt === Number(at) && tokenId < id);
}

function requireGrant({ grants }: Caller, role: ServiceToken['role'], area: Area): void {
  if (!mayGrant(grants, { role, area })) {
    throw new AdminError('forbidden', 'nobody gives away, or takes, more than they have');
  }
}

function tokenView(token: ServiceToken): ServiceTokenView {
  const { tokenId, name, role, area, topics, createdBy, createdAt, expiresAt, lastUsedAt } = token;
  const tenantId = area.kind === 'installation' ? null : area.tenantId;
  const domain = area.kind === 'domain' ? area.domain : null;
  return { tokenId, name, role, tenantId, domain, topics, createdBy, createdAt, expiresAt, lastUsedAt };
}
