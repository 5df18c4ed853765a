import * as z from 'zod';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Domain, Tenant } from '../../../core/identity/types.ts';
import { canonicalDomain } from '../../../core/mail/recipients.ts';
import type { CreateDomain, DomainView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { catchAllBody, createDomainBody, readJson, readQuery, requireUser } from '../input.ts';
import { domainView } from '../views.ts';
import { createTenant } from './tenants.ts';

export const listQuery = z.strictObject({ tenantId: z.string().max(64).optional() });

export const addDomainRoutes: AddRoutes = (app, admin) => {
  const { directory } = admin.services;

  app.get('/domains', async (c) => {
    const { tenantId } = readQuery(c, listQuery);
    const tenants = tenantId === undefined ? await directory.listTenants() : [{ tenantId }];
    const items: DomainView[] = [];
    for (const tenant of tenants) {
      for (const domain of await directory.listDomains(tenant.tenantId)) {
        items.push(await domainView(directory, domain));
      }
    }
    items.sort((a, b) => a.domain.localeCompare(b.domain));
    return c.json({ items, cursor: null });
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
