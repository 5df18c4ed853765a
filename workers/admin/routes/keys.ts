import { ConflictError } from '../../../core/errors.ts';
import { resealInstallation, resealStep } from '../../../core/keys/reseal.ts';
import type { KeyServices } from '../../../core/keys/types.ts';
import {
  type ResealView,
  type RewrapView,
  resealRequest,
  type TenantKeysView,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson } from '../input.ts';
import { requireTenant } from './devices.ts';

/** Keys that secrets of a tenant are sealed under (docs/operations/keys.md). */
export const addKeyRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, dkimKeys, now } = services;

  function keyed(): KeyServices {
    const { seal } = services;
    if (seal === null) throw new ConflictError('the installation has no SECRETS_KEY');
    return { directory, dkimKeys, seal, now };
  }

  async function view(tenantId: string): Promise<TenantKeysView> {
    const secretId = await keyed().seal.secretId();
    const keys = await directory.listTenantKeys(tenantId);
    return {
      tenantId,
      keys: keys.map((key) => ({
        ...{ generation: key.generation, createdAt: key.createdAt, secretId: key.secretId },
        wrappedNow: key.secretId === secretId,
      })),
    };
  }

  app.get('/tenants/:tenantId/keys', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json<TenantKeysView>(await view(tenantId));
  });

  app.post('/tenants/:tenantId/keys', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const generation = await keyed().seal.rotate(tenantId);
    const resource = `tenant/${tenantId}`;
    await audit({ ...by(c), tenantId, action: 'tenant.key-rotated', resource, details: { generation } });
    return c.json<TenantKeysView>(await view(tenantId), 201);
  });

  app.post('/tenants/:tenantId/keys/reseal', async (c) => {
    const { cursor } = await readJson(c, resealRequest);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const step = await resealStep(keyed(), tenantId, cursor ?? null);
    const { resealed, left } = step;
    const resource = `tenant/${tenantId}`;
    await audit({ ...by(c), tenantId, action: 'tenant.resealed', resource, details: { resealed, left } });
    return c.json<ResealView>(step);
  });

  app.post('/keys/reseal', async (c) => {
    const done = await resealInstallation(keyed());
    const resource = 'installation';
    await audit({ ...by(c), tenantId: null, action: 'installation.resealed', resource, details: done });
    return c.json<ResealView>({ cursor: null, ...done });
  });

  app.post('/tenants/:tenantId/keys/rewrap', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const rewrapped = await keyed().seal.rewrap(tenantId);
    const resource = `tenant/${tenantId}`;
    await audit({ ...by(c), tenantId, action: 'tenant.keys-rewrapped', resource, details: { rewrapped } });
    return c.json<RewrapView>({ rewrapped });
  });
};
