import * as z from 'zod';
import { routeAddress } from '../../../core/mail/recipients.ts';
import { reindexStep } from '../../../core/search/reindex.ts';
import type { ReconcileView, ReindexView, RouteView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { addressOf, readJson, readQuery, requireUser } from '../input.ts';

export const routeQuery = z.strictObject({ address: z.string().min(1).max(320) });
export const reindexBody = z.strictObject({
  address: z.string().min(1).max(320),
  cursor: z
    .string()
    .max(80)
    .regex(/^(?:clear|after:.*|objects:.*)$/)
    .nullable()
    .default(null),
});
export const addOperationRoutes: AddRoutes = (app, { services, hooks, audit }) => {
  app.post('/reconcile', async (c) => {
    const report = await hooks.reconcile();
    await audit({
      ...by(c),
      tenantId: null,
      action: 'reconcile',
      resource: 'mail',
    });
    return c.json<ReconcileView>({
      status: 'done',
      ...(report ?? { recent: {}, sweep: { complete: true } }),
    });
  });

  app.post('/reindex', async (c) => {
    const { address, cursor } = await readJson(c, reindexBody);
    const { tenant, user } = await requireUser(services.directory, address);
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const correlationId = c.get('correlationId');
    const step = await reindexStep(services, ref, cursor, correlationId);
    if (cursor === null) {
      await audit({
        ...by(c),
        tenantId: tenant.tenantId,
        action: 'search.reindex',
        resource: user.address,
      });
    }
    return c.json<ReindexView>(step);
  });

  app.get('/route', async (c) => {
    const address = addressOf(readQuery(c, routeQuery).address);
    const route = await routeAddress(services.directory, address);
    if (route.kind === 'mailbox') {
      return c.json<RouteView>({ kind: 'mailbox', address: route.user.address, via: route.via });
    }
    if (route.kind === 'group') return c.json<RouteView>({ kind: 'group', address: route.group.address });
    return c.json<RouteView>(
      route.kind === 'disabled' ? { kind: 'disabled', what: route.what } : { kind: 'unknown' },
    );
  });
};
