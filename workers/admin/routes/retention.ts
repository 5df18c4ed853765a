import * as z from 'zod';
import { InvalidInputError } from '../../../core/errors.ts';
import { jobOf } from '../../../core/retention/fan-out.ts';
import {
  MAX_DAYS,
  MAX_RULES,
  MIN_RECOVERABLE_DAYS,
  RETENTION_ROLES,
  RETENTION_SETTING,
  readExceptions,
  readRetention,
} from '../../../core/retention/settings.ts';
import type { RetentionExceptionsView, RetentionView, SetRetention } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { requireTenant } from './devices.ts';

const days = z.number().min(1).max(MAX_DAYS);
const rule = z
  .strictObject({
    role: z.enum(RETENTION_ROLES).optional(),
    name: z.string().trim().min(1).max(200).optional(),
    days,
    action: z.enum(['delete', 'archive']),
    measure: z.enum(['entered', 'received']).default('received'),
  })
  .refine((r) => (r.role === undefined) !== (r.name === undefined), 'give either a role or a name');
export const retentionBody = z.strictObject({
  recoverableDays: z.number().min(MIN_RECOVERABLE_DAYS).max(MAX_DAYS).optional(),
  deletedDays: days.nullable().optional(),
  junkDays: days.nullable().optional(),
  folders: z.array(rule).max(MAX_RULES).optional(),
  userExceptions: z.boolean().optional(),
}) satisfies z.ZodType<SetRetention>;
export const exceptionsBody = z.strictObject({
  folders: z.record(z.string().min(1).max(64), z.strictObject({ days: days.nullable() })),
});

/** How long mail is kept, and a run of it now. */
export const addRetentionRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail, queues } = services;
  const current = async (tenantId: string) =>
    readRetention(await directory.getTenantSetting(tenantId, RETENTION_SETTING));

  app.get('/tenants/:tenantId/retention', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json<RetentionView>(await current(tenantId));
  });

  app.put('/tenants/:tenantId/retention', async (c) => {
    const change = await readJson(c, retentionBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const after = readRetention({ ...(await current(tenantId)), ...given(change) });
    await directory.putTenantSetting(tenantId, RETENTION_SETTING, after);
    const { folders, ...facts } = after;
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.retention',
      resource: `tenant/${tenantId}`,
      details: { ...facts, rules: folders.length },
    });
    return c.json<RetentionView>(after);
  });

  const exceptionsOf = async (address: string): Promise<RetentionExceptionsView> => {
    const { tenant, user } = await requireUser(directory, address);
    const mailbox = mail.mailbox(jobRef(tenant, user.userId));
    const { folders } = readExceptions(await mailbox.getSetting(RETENTION_SETTING));
    const { userExceptions } = await current(tenant.tenantId);
    return { address: user.address, allowed: userExceptions, folders };
  };

  app.get('/users/:address/retention', async (c) => c.json(await exceptionsOf(c.req.param('address'))));

  app.put('/users/:address/retention', async (c) => {
    const { folders } = await readJson(c, exceptionsBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const mailbox = mail.mailbox(jobRef(tenant, user.userId));
    const known = new Set((await mailbox.folders()).map((folder) => folder.folderId));
    const unknown = Object.keys(folders).find((folderId) => !known.has(folderId));
    if (unknown !== undefined) throw new InvalidInputError(`there is no folder ${unknown}`);
    await mailbox.putSetting(RETENTION_SETTING, { folders });
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.retention',
      resource: `user/${user.userId}`,
      details: { folders: Object.keys(folders).length },
    });
    return c.json(await exceptionsOf(user.address));
  });

  app.post('/users/:address/retention/run', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    await queues.retention([jobOf(tenant, user.userId, c.get('correlationId'))]);
    return c.json({ status: 'queued' }, 202);
  });
};

function jobRef(tenant: { tenantId: string; mailShard: string }, mailboxId: string) {
  return { tenantId: tenant.tenantId, mailboxId, shard: tenant.mailShard };
}

/** Fields that the body has. */
function given<T extends object>(body: T): Partial<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<T>;
}
