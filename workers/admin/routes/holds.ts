import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Hold } from '../../../core/ports/holds.ts';
import { newId } from '../../../platform/ids.ts';
import type { HoldView, Page, PlaceHold } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';
import { requireTenant } from './devices.ts';

const named = z.string().trim().min(1).max(200).optional();
export const placeBody = z.strictObject({
  address: z.string().min(3).max(320).optional(),
  reason: z.string().trim().min(1).max(500),
  by: named,
}) satisfies z.ZodType<PlaceHold>;
export const releaseBody = z.strictObject({ by: named });
export const listQuery = pagedQuery.extend({ released: z.enum(['true', 'false']).default('false') });
const NOBODY_NAMED = 'admin-token';

/** Legal holds: stronger than erasing, which is stronger than retention (I27). */
export const addHoldRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, now } = services;
  const views = async (tenantId: string, holds: readonly Hold[]): Promise<HoldView[]> => {
    const ids = [...new Set(holds.flatMap(({ userId }) => userId ?? []))];
    const addresses = await directory.addressesOf(tenantId, ids);
    return holds.map(({ userId, ...hold }) => ({
      ...hold,
      address: userId === null ? null : (addresses.get(userId) ?? `(${userId})`),
    }));
  };

  app.get('/tenants/:tenantId/holds', async (c) => {
    const { released, ...query } = readQuery(c, listQuery);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const holds = await directory.listHolds(tenantId, { released: released === 'true' });
    const page = pageOf('holds', holds, (hold) => [-hold.since, hold.holdId], query);
    return c.json<Page<HoldView>>({ ...page, items: await views(tenantId, page.items) });
  });

  app.post('/tenants/:tenantId/holds', async (c) => {
    const body = await readJson(c, placeBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const user = body.address === undefined ? null : (await requireUser(directory, body.address)).user;
    if (user !== null && user.tenantId !== tenantId) {
      throw new InvalidInputError(`${user.address} is not of this tenant`);
    }
    const hold = {
      ...{ tenantId, holdId: newId(now()), userId: user?.userId ?? null, since: now() },
      ...{ reason: body.reason, placedBy: body.by ?? NOBODY_NAMED },
    };
    await directory.placeHold(hold);
    await audit({
      ...by(c),
      tenantId,
      action: 'hold.place',
      resource: user === null ? `tenant/${tenantId}` : `user/${user.userId}`,
      details: { holdId: hold.holdId, reason: hold.reason, by: hold.placedBy },
    });
    const [view] = await views(tenantId, [{ ...hold, releasedAt: null, releasedBy: null }]);
    return c.json(view, 201);
  });

  app.post('/tenants/:tenantId/holds/:holdId/release', async (c) => {
    const { by: who = NOBODY_NAMED } = await readJson(c, releaseBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const holdId = c.req.param('holdId');
    if (!(await directory.releaseHold(tenantId, holdId, who, now()))) {
      throw new NotFoundError('no such hold in force');
    }
    await audit({
      ...by(c),
      tenantId,
      action: 'hold.release',
      resource: `tenant/${tenantId}`,
      details: { holdId, by: who },
    });
    return c.json({ status: 'released' });
  });
};
