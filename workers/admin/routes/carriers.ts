import * as z from 'zod';
import { NotFoundError } from '../../../core/errors.ts';
import type { Tenant } from '../../../core/identity/types.ts';
import type { Services } from '../../../platform/services.ts';
import type {
  CarrierTestView,
  CarrierView,
  SetAttachmentLinks,
  SetCarrier,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson } from '../input.ts';

const relayBody = z.strictObject({
  kind: z.literal('smtp-relay'),
  host: z.string().trim().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  security: z.enum(['tls', 'starttls', 'opportunistic', 'plain']),
  auth: z
    .strictObject({
      mechanism: z.enum(['auto', 'plain', 'login', 'xoauth2']).optional(),
      user: z.string().min(1).max(320),
      // Access tokens are long.
      secret: z.string().min(1).max(8192).optional(),
    })
    .nullable()
    .optional(),
  maxBytes: z.number().int().min(1024).max(157_286_400).optional(),
});
export const carrierBody = z.discriminatedUnion('kind', [
  relayBody,
  z.strictObject({ kind: z.literal('cloudflare-email') }),
  z.strictObject({ kind: z.literal('external') }),
  z.strictObject({ kind: z.literal('none') }),
]) satisfies z.ZodType<SetCarrier>;
export const linksBody = z.strictObject({ enabled: z.boolean() }) satisfies z.ZodType<SetAttachmentLinks>;

/** The way of a tenant's mail to other hosts. */
export const addCarrierRoutes: AddRoutes = (app, { services, audit }) => {
  const { carriers } = services;
  const view = (tenantId: string): Promise<CarrierView> => carriers.inForce(tenantId);

  app.get('/tenants/:tenantId/carrier', async (c) => {
    const { tenantId } = await requireTenant(services, c.req.param('tenantId'));
    return c.json(await view(tenantId));
  });

  app.put('/tenants/:tenantId/carrier', async (c) => {
    const body = await readJson(c, carrierBody);
    const { tenantId } = await requireTenant(services, c.req.param('tenantId'));
    await carriers.choose(tenantId, body);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.carrier',
      resource: `tenant/${tenantId}`,
      details: {
        kind: body.kind,
        ...(body.kind === 'smtp-relay' ? { host: body.host, port: body.port } : {}),
      },
    });
    return c.json(await view(tenantId));
  });

  app.delete('/tenants/:tenantId/carrier', async (c) => {
    const { tenantId } = await requireTenant(services, c.req.param('tenantId'));
    await carriers.forget(tenantId);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.carrier',
      resource: `tenant/${tenantId}`,
      details: { kind: 'default' },
    });
    return c.body(null, 204);
  });

  app.post('/tenants/:tenantId/carrier/test', async (c) => {
    const { tenantId } = await requireTenant(services, c.req.param('tenantId'));
    const probe: CarrierTestView = await carriers.probe(tenantId);
    return c.json(probe);
  });

  app.put('/tenants/:tenantId/attachment-links', async (c) => {
    const { enabled } = await readJson(c, linksBody);
    const { tenantId } = await requireTenant(services, c.req.param('tenantId'));
    await carriers.setAttachmentLinks(tenantId, enabled);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.attachment-links',
      resource: `tenant/${tenantId}`,
      details: { enabled },
    });
    return c.json(await view(tenantId));
  });
};

async function requireTenant(services: Pick<Services, 'directory'>, tenantId: string): Promise<Tenant> {
  const tenant = await services.directory.getTenant(tenantId);
  if (tenant === null) throw new NotFoundError('no such tenant');
  return tenant;
}
