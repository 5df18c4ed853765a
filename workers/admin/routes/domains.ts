import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Domain, Tenant } from '../../../core/identity/types.ts';
import { canonicalDomain } from '../../../core/mail/recipients.ts';
import type { CreateDomain, DomainView, Page } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { catchAllBody, createDomainBody, readJson, readQuery, requireUser } from '../input.ts';
import { areaPagedQuery, pageOver, piece } from '../paging.ts';
import { domainView, listedDomain, withCatchAll } from '../views.ts';
import { createTenant } from './tenants.ts';

export const listQuery = areaPagedQuery;

export const addDomainRoutes: AddRoutes = (app, admin) => {
  const { directory } = admin.services;

  app.get('/domains', async (c) => {
    const { limit, cursor } = readQuery(c, listQuery);
    const page = await pageOver(
      { directory, list: 'domains', scopes: c.get('scopes'), limit, cursor },
      async (scope, after, most) => {
        if (scope.domain === null) {
          const rows = await directory.domainsAfter(scope.tenantId, after, most + 1);
          return piece(rows, most, ({ domain }) => domain);
        }
        const found = await directory.getDomain(scope.domain);
        const theirs = found !== null && found.tenantId === scope.tenantId && found.domain > after;
        return { rows: theirs ? [await withCatchAll(directory, found)] : [], next: null };
      },
    );
    return c.json<Page<DomainView>>({ ...page, items: page.items.map(listedDomain) });
  });

  app.post('/domains', async (c) => {
    const body = await readJson(c, createDomainBody);
    const domain = await createDomain(admin, body);
    await admin.audit({
      ...by(c),
      tenantId: domain.tenantId,
      action: 'domain.create',
      resource: `domain/${domain.domain}`,
    });
    return c.json(await domainView(directory, domain), 201);
  });

  app.get('/domains/:domain', async (c) => {
    const domain = await directory.getDomain(domainOf(c.req.param('domain')));
    if (domain === null) throw new NotFoundError('no such domain');
    return c.json(await domainView(directory, domain));
  });

  app.put('/domains/:domain/catch-all', async (c) => {
    const { address } = await readJson(c, catchAllBody);
    const domain = await directory.getDomain(domainOf(c.req.param('domain')));
    if (domain === null) throw new NotFoundError('no such domain');
    const user = address === null ? null : (await requireUser(directory, address)).user;
    if (user !== null && user.tenantId !== domain.tenantId) {
      throw new InvalidInputError(`${user.address} belongs to another tenant`);
    }
    await directory.setCatchAll(domain.tenantId, domain.domain, user?.userId ?? null);
    await admin.audit({
      ...by(c),
      tenantId: domain.tenantId,
      action: 'domain.catch-all',
      resource: `domain/${domain.domain}`,
      details: { address: user?.address ?? null },
    });
    return c.json(await domainView(directory, { ...domain, catchAllUserId: user?.userId ?? null }));
  });
};

function domainOf(value: string): string {
  const domain = canonicalDomain(value);
  if (domain === null) throw new InvalidInputError(`not a domain name: ${value.slice(0, 100)}`);
  return domain;
}

async function createDomain({ services }: AdminContext, body: CreateDomain): Promise<Domain> {
  const { directory } = services;
  const name = domainOf(body.domain);
  // Looked at first so that a domain that is taken leaves no empty tenant behind; the store has the last word.
  if ((await directory.getDomain(name)) !== null) throw new ConflictError(`the domain ${name} exists`);
  const catchAll = body.catchAll === undefined ? null : await requireUser(directory, body.catchAll);
  const tenant = await tenantFor(services, name, body.tenantId, catchAll?.tenant ?? null);
  const domain: Domain = {
    domain: name,
    tenantId: tenant.tenantId,
    catchAllUserId: catchAll?.user.userId ?? null,
    enabled: true,
  };
  await directory.createDomain(domain);
  return domain;
}

async function tenantFor(
  services: AdminContext['services'],
  domain: string,
  tenantId: string | undefined,
  catchAllTenant: Tenant | null,
): Promise<Tenant> {
  if (tenantId === undefined) return catchAllTenant ?? createTenant(services, domain);
  if (catchAllTenant !== null && catchAllTenant.tenantId !== tenantId) {
    throw new InvalidInputError('the catch-all address belongs to another tenant');
  }
  const tenant = catchAllTenant ?? (await services.directory.getTenant(tenantId));
  if (tenant === null) throw new InvalidInputError('no such tenant');
  return tenant;
}
