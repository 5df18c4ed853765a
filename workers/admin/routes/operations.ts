import { z } from 'zod';
import { routeAddress } from '../../../core/mail/recipients.ts';
import type { AuditView, RouteView } from '../../../shared/admin-api.ts';
import type { AddRoutes } from '../context.ts';
import { addressOf, readQuery } from '../input.ts';

const routeQuery = z.strictObject({ address: z.string().min(1).max(320) });
const auditQuery = z.strictObject({
  tenantId: z.string().max(64).optional(),
  action: z.string().max(100).optional(),
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const addOperationRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  app.post('/reconcile', async (c) => {
    await hooks.reconcile();
    await audit({
      correlationId: c.get('correlationId'),
      tenantId: null,
      action: 'reconcile',
      resource: 'mail',
    });
    return c.json({ status: 'done' });
  });

  app.get('/route', async (c) => {
    const address = addressOf(readQuery(c, routeQuery).address);
    const route = await routeAddress(services.directory, address);
    if (route.kind === 'mailbox') {
      return c.json<RouteView>({ kind: 'mailbox', address: route.user.address, via: route.via });
    }
    return c.json<RouteView>(
      route.kind === 'disabled' ? { kind: 'disabled', what: route.what } : { kind: 'unknown' },
    );
  });

  app.get('/audit', async (c) => {
    const { tenantId, action, before, limit } = readQuery(c, auditQuery);
    const events = await services.audit.list({
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(action === undefined ? {} : { action }),
      ...(before === undefined ? {} : { before }),
      limit,
    });
    const last = events.at(-1);
    return c.json({
      items: events.map(({ v: _version, ...event }): AuditView => event),
      cursor: events.length === limit && last !== undefined ? String(last.at) : null,
    });
  });
};
