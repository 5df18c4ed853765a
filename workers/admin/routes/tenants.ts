import { NotFoundError } from '../../../core/errors.ts';
import { tenantsOf } from '../../../core/identity/roles.ts';
import type { Tenant } from '../../../core/identity/types.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import { newId } from '../../../platform/ids.ts';
import type { Services } from '../../../platform/services.ts';
import type { Page, TenantView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { createTenantBody, readJson, readQuery, tenantStatusBody } from '../input.ts';
import { pagedQuery, piece, readCursor, writeCursor } from '../paging.ts';
import { revokeTenant } from '../revoke.ts';
import { tenantView } from '../views.ts';

export const addTenantRoutes: AddRoutes = (app, { services, audit }) => {
  app.get('/tenants', async (c) => {
    const { limit, cursor } = readQuery(c, pagedQuery);
    const { directory } = services;
    const after = cursor === undefined ? '' : String(readCursor('tenants', cursor, ['text'])[0]);
    const theirs = tenantsOf(c.get('caller').grants);
    const rows =
      theirs === null
        ? await directory.tenantsAfter(after, limit + 1)
        : await tenantsAmong(
            directory,
            [...theirs]
              .sort()
              .filter((id) => id > after)
              .slice(0, limit + 1),
          );
    const { rows: shown, next } = piece(rows, limit, ({ tenantId }) => tenantId);
    return c.json<Page<TenantView>>({
      items: shown.map(tenantView),
      cursor: next === null ? null : writeCursor('tenants', [next]),
    });
  });

  app.post('/tenants', async (c) => {
    const { name } = await readJson(c, createTenantBody);
    const tenant = await createTenant(services, name);
    await audit({
      ...by(c),
      tenantId: tenant.tenantId,
      action: 'tenant.create',
      resource: `tenant/${tenant.tenantId}`,
    });
    return c.json(tenantView(tenant), 201);
  });

  app.put('/tenants/:tenantId/status', async (c) => {
    const { status } = await readJson(c, tenantStatusBody);
    const tenantId = c.req.param('tenantId');
    const tenant = await services.directory.getTenant(tenantId);
    if (tenant === null) throw new NotFoundError('no such tenant');
    await services.directory.setTenantStatus(tenantId, status);
    revokeTenant(services, tenant);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.status',
      resource: `tenant/${tenantId}`,
      details: { status },
    });
    return c.json(tenantView({ ...tenant, status }));
  });
};

async function tenantsAmong({ getTenant }: DirectoryStore, ids: readonly string[]): Promise<Tenant[]> {
  const found = await Promise.all(ids.map((tenantId) => getTenant(tenantId)));
  return found.filter((tenant) => tenant !== null);
}

/** A new tenant in the mail shard that holds the fewest items so far, and of those the one with the fewest tenants. */
export async function createTenant(
  services: Pick<Services, 'directory' | 'mail' | 'moves'>,
  name: string,
): Promise<Tenant> {
  const { directory, mail, moves } = services;
  const names = mail.shards();
  const tenants = names.length < 2 ? [] : await directory.listTenants();
  const shards = await Promise.all(
    names.map(async (shard) => ({
      shard,
      items: moves === null || names.length < 2 ? 0 : await moves.shards.fill(shard),
      tenants: tenants.filter(({ mailShard }) => mailShard === shard).length,
    })),
  );
  const [emptiest] = shards.sort(
    (a, b) => a.items - b.items || a.tenants - b.tenants || a.shard.localeCompare(b.shard),
  );
  if (emptiest === undefined) throw new Error('configuration: there is no mail shard');
  const { shard } = emptiest;
  const tenant: Tenant = { tenantId: newId(), name, status: 'active', mailShard: shard };
  await services.directory.createTenant(tenant);
  return tenant;
}
