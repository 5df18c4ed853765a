import * as z from 'zod';
import { InvalidInputError } from '../../../core/errors.ts';
import { RESOURCE_DEFAULTS, RESOURCE_SETTING, readResource } from '../../../core/scheduling/resource.ts';
import type { ResourceView, SetResource } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';

const limit = (most: number) => z.number().int().min(1).max(most).nullable().optional();
export const body = z.strictObject({
  kind: z.enum(['room', 'equipment', 'none']).optional(),
  autoAccept: z.boolean().optional(),
  allowConflicts: z.boolean().optional(),
  maxMinutes: limit(60 * 24 * 366),
  windowDays: limit(3660),
}) satisfies z.ZodType<SetResource>;

/** Rooms and equipment: users whose mailboxes answer invitations by themselves. */
export const addResourceRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory } = services;

  app.get('/users/:address/resource', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const value = await directory.getUserSetting(user.tenantId, user.userId, RESOURCE_SETTING);
    return c.json<ResourceView>({ address: user.address, resource: readResource(value) });
  });

  app.put('/users/:address/resource', async (c) => {
    const { kind, ...change } = await readJson(c, body);
    const { user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId, address } = user;
    const before = readResource(await directory.getUserSetting(tenantId, userId, RESOURCE_SETTING));
    const next = kind ?? before?.kind;
    if (next === undefined) throw new InvalidInputError('kind is missing: the user is no resource yet');
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const resource = next === 'none' ? null : { ...RESOURCE_DEFAULTS, ...before, ...given, kind: next };
    await directory.putUserSetting(tenantId, userId, RESOURCE_SETTING, resource);
    await audit({
      ...by(c),
      tenantId,
      action: 'user.resource',
      resource: `user/${userId}`,
      details: { ...(resource ?? { kind: 'none' }) },
    });
    return c.json<ResourceView>({ address, resource: readResource(resource) });
  });
};
