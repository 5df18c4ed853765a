import * as z from 'zod';
import { InvalidInputError } from '../../../core/errors.ts';
import type { Tenant, User } from '../../../core/identity/types.ts';
import { limitsFor } from '../../../core/quota/check.ts';
import { recountMailbox, recountTenant } from '../../../core/quota/recount.ts';
import {
  levelOf,
  QUOTA_SETTING,
  readTenantQuota,
  readUsage,
  readUserQuota,
  USAGE_SETTING,
} from '../../../core/quota/settings.ts';
import type {
  QuotaMarksView,
  RecountView,
  SetTenantQuota,
  SetUserQuota,
  TenantQuotaView,
  UserQuotaView,
} from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { readJson, requireUser } from '../input.ts';
import { requireTenant } from './devices.ts';

const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const marks = z.strictObject({
  warn: size.optional(),
  stopSending: size.optional(),
  stopReceiving: size.optional(),
  maxMessageBytes: size.optional(),
});
export const tenantBody = z.strictObject({
  user: marks.optional(),
  totalBytes: size.optional(),
}) satisfies z.ZodType<SetTenantQuota>;
const own = z.union([size, z.literal('default')]).optional();
export const userBody = z.strictObject({
  warn: own,
  stopSending: own,
  stopReceiving: own,
  maxMessageBytes: own,
}) satisfies z.ZodType<SetUserQuota>;

/** Mailboxes that one request adds up. */
const RECOUNT_STEP = 200;

/** Sizes of mailboxes and messages: what is allowed, and what is used. */
export const addQuotaRoutes: AddRoutes = (app, admin) => {
  const { services, audit } = admin;
  const { directory } = services;

  app.get('/tenants/:tenantId/quota', async (c) => {
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    return c.json(await tenantView(admin, tenantId));
  });

  app.put('/tenants/:tenantId/quota', async (c) => {
    const change = await readJson(c, tenantBody);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const before = readTenantQuota(await directory.getTenantSetting(tenantId, QUOTA_SETTING));
    const after = {
      user: { ...before.user, ...given(change.user ?? {}) },
      totalBytes: change.totalBytes === undefined ? before.totalBytes : change.totalBytes,
    };
    requireOrder(after.user);
    await directory.putTenantSetting(tenantId, QUOTA_SETTING, after);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.quota',
      resource: `tenant/${tenantId}`,
      details: { ...after.user, totalBytes: after.totalBytes },
    });
    return c.json(await tenantView(admin, tenantId));
  });

  app.post('/tenants/:tenantId/usage', async (c) => {
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    const { next } = await recountTenant(services, tenant, RECOUNT_STEP);
    return c.json({ ...(await tenantView(admin, tenant.tenantId)), done: next === null });
  });

  app.get('/users/:address/limits', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    return c.json(await userView(admin, tenant, user));
  });

  app.put('/users/:address/limits', async (c) => {
    const change = await readJson(c, userBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    const before = readUserQuota(await directory.getUserSetting(tenantId, userId, QUOTA_SETTING));
    const { stopReceiving, ...others } = change;
    const after = readUserQuota({ ...before, ...given(others) });
    const quotaBytes =
      stopReceiving === undefined ? user.quotaBytes : stopReceiving === 'default' ? null : stopReceiving;
    const { tenant: ofTenant } = await directory.quotaValues(tenantId, userId);
    const defaults = readTenantQuota(ofTenant).user;
    requireOrder({ ...defaults, ...after, stopReceiving: quotaBytes ?? defaults.stopReceiving });
    await directory.putUserSetting(tenantId, userId, QUOTA_SETTING, after);
    if (quotaBytes !== user.quotaBytes) await directory.setQuota(tenantId, userId, quotaBytes);
    await audit({
      ...by(c),
      tenantId,
      action: 'user.quota',
      resource: `user/${userId}`,
      details: { ...after, quotaBytes },
    });
    return c.json(await userView(admin, tenant, { ...user, quotaBytes }));
  });

  app.post('/users/:address/recount', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const { before, counted, mended } = await recountMailbox(services, refOf(tenant, user));
    if (mended) {
      await audit({
        ...by(c),
        tenantId: user.tenantId,
        action: 'mailbox.recount',
        resource: `user/${user.userId}`,
        details: { sizeBefore: before.sizeBytes, size: counted.sizeBytes },
      });
    }
    const view = ({ sizeBytes, itemCount }: typeof before) => ({ sizeBytes, messages: itemCount });
    return c.json<RecountView>({
      ...{ address: user.address, before: view(before) },
      ...{ counted: view(counted), mended },
    });
  });
};

async function tenantView({ services }: AdminContext, tenantId: string): Promise<TenantQuotaView> {
  const { directory } = services;
  const [quota, used] = await Promise.all([
    directory.getTenantSetting(tenantId, QUOTA_SETTING),
    directory.getTenantSetting(tenantId, USAGE_SETTING),
  ]);
  const usage = readUsage(used);
  return {
    ...readTenantQuota(quota),
    usage:
      usage === null || usage.countedAt === 0
        ? null
        : {
            ...{ sizeBytes: usage.sizeBytes, messages: usage.itemCount },
            ...{ mailboxes: usage.mailboxes, countedAt: usage.countedAt },
          },
  };
}

async function userView({ services }: AdminContext, tenant: Tenant, user: User): Promise<UserQuotaView> {
  const { directory, mail } = services;
  const [ownValues, limits, usage] = await Promise.all([
    directory.getUserSetting(user.tenantId, user.userId, QUOTA_SETTING),
    limitsFor(services, user),
    mail.mailbox(refOf(tenant, user)).usage(),
  ]);
  const receiving = user.quotaBytes === null ? {} : { stopReceiving: user.quotaBytes };
  return {
    address: user.address,
    own: { ...readUserQuota(ownValues), ...receiving },
    inForce: limits.user,
    ...{ sizeBytes: usage.sizeBytes, messages: usage.itemCount },
    level: levelOf(limits.user, usage.sizeBytes),
  };
}

/** A mark that comes after the one it should come before would never be told. */
function requireOrder({ warn, stopSending, stopReceiving }: QuotaMarksView): void {
  const order = [warn, stopSending, stopReceiving].filter((mark) => mark !== null);
  if (order.some((mark, n) => mark > (order[n + 1] ?? Number.POSITIVE_INFINITY))) {
    throw new InvalidInputError('warn must not be over stopSending, nor that over stopReceiving');
  }
}

function refOf(tenant: Tenant, user: User) {
  return { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
}

/** Fields that the body has. */
function given<T extends object>(body: T): Partial<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<T>;
}
