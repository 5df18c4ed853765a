import { REQUEST_LIMIT_SETTING, readRequestLimit } from '../../../platform/limits/ceilings.ts';
import { type RequestLimitView, setRequestLimit } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson } from '../input.ts';
import { requireTenant } from './devices.ts';

/** How many requests are taken of all of a tenant together (docs/operations/limits.md). */
export const addRequestLimitRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, config } = services;

  async function view(tenantId: string): Promise<RequestLimitView> {
    const own = readRequestLimit(await directory.getTenantSetting(tenantId, REQUEST_LIMIT_SETTING));
    return { perMinute: own, inForce: own ?? config.requestsPerMinute.tenant };
  }

  app.get('/tenants/:tenantId/request-limit', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json<RequestLimitView>(await view(tenantId));
  });

  app.put('/tenants/:tenantId/request-limit', async (c) => {
    const { perMinute } = await readJson(c, setRequestLimit);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const value = perMinute === null ? null : { perMinute };
    await directory.putTenantSetting(tenantId, REQUEST_LIMIT_SETTING, value);
    const resource = `tenant/${tenantId}`;
    await audit({ ...by(c), tenantId, action: 'tenant.request-limit', resource, details: { perMinute } });
    return c.json<RequestLimitView>(await view(tenantId));
  });
};
