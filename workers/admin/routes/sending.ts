import * as z from 'zod';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import {
  EXEMPT_MS,
  hourOf,
  MAX_RECIPIENTS,
  MAX_UNDO_SECONDS,
  readSending,
  readUndoSeconds,
  SENDING_SETTING,
} from '../../../core/mail/sending/limits.ts';
import type { SendGrantView, TenantSendingView, UserSendingView } from '../../../shared/admin-api.ts';
import { type AddRoutes, by } from '../context.ts';
import { readJson, readQuery, requireUser } from '../input.ts';
import { pagedQuery, pageOf } from '../paging.ts';

const most = z.number().int().min(0).max(1_000_000_000);
const rate = z.strictObject({
  messagesPerHour: most.nullable().optional(),
  messagesPerDay: most.nullable().optional(),
  recipientsPerDay: most.nullable().optional(),
});
const undoSendSeconds = z.number().int().min(0).max(MAX_UNDO_SECONDS);
export const tenantBody = z.strictObject({
  user: rate.optional(),
  tenant: rate.optional(),
  recipientsPerMessage: z.number().int().min(1).max(MAX_RECIPIENTS).optional(),
  automaticPerHour: z.strictObject({ user: most.optional(), tenant: most.optional() }).optional(),
  fanOut: z
    .strictObject({ least: most.optional(), times: most.min(1).optional() })
    .nullable()
    .optional(),
  undoSendSeconds: undoSendSeconds.optional(),
});
export const userBody = z.strictObject({ undoSendSeconds: undoSendSeconds.nullable() });
export const grantBody = z.strictObject({ kind: z.enum(['as', 'behalf']) });

/** How much users may send, who may not send at all, and who may send in whose name. */
export const addSendingRoutes: AddRoutes = (app, { services, audit }) => {
  const { directory, mail, outbox, now } = services;

  app.get('/tenants/:tenantId/sending', async (c) => {
    const tenantId = c.req.param('tenantId');
    if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
    return c.json<TenantSendingView>(
      readSending(await directory.getTenantSetting(tenantId, SENDING_SETTING)),
    );
  });

  app.put('/tenants/:tenantId/sending', async (c) => {
    const tenantId = c.req.param('tenantId');
    const change = await readJson(c, tenantBody);
    if ((await directory.getTenant(tenantId)) === null) throw new NotFoundError('no such tenant');
    const before = readSending(await directory.getTenantSetting(tenantId, SENDING_SETTING));
    // Read again: what a change leaves out stays as it was.
    const after = readSending({
      ...before,
      ...change,
      user: { ...before.user, ...change.user },
      tenant: { ...before.tenant, ...change.tenant },
      automaticPerHour: { ...before.automaticPerHour, ...change.automaticPerHour },
      fanOut:
        change.fanOut === undefined ? before.fanOut : change.fanOut && { ...before.fanOut, ...change.fanOut },
    });
    await directory.putTenantSetting(tenantId, SENDING_SETTING, after);
    await audit({
      ...by(c),
      tenantId,
      action: 'tenant.sending',
      resource: `tenant/${tenantId}`,
      details: { setting: JSON.stringify(after) },
    });
    return c.json<TenantSendingView>(after);
  });

  async function userView(address: string): Promise<UserSendingView> {
    const { tenant, user } = await requireUser(directory, address);
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const [lock, usage, own] = await Promise.all([
      outbox.getSendLock(tenant.tenantId, user.userId),
      outbox.sendUsage(ref, hourOf(now()), false),
      mail.mailbox(ref).getSetting(SENDING_SETTING),
    ]);
    return {
      address: user.address,
      lockedAt: lock?.lockedAt ?? null,
      reason: lock === null || lock.lockedAt === null ? null : lock.reason,
      undoSendSeconds: readUndoSeconds(own),
      hour: usage.hour,
      day: usage.day,
      usualRecipients: usage.usualRecipients,
    };
  }

  app.get('/users/:address/sending', async (c) => c.json(await userView(c.req.param('address'))));

  app.put('/users/:address/sending', async (c) => {
    const { undoSendSeconds: seconds } = await readJson(c, userBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const value = seconds === null ? null : { undoSendSeconds: seconds };
    await mail.mailbox(ref).putSetting(SENDING_SETTING, value);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.sending',
      resource: `user/${user.userId}`,
      details: { undoSendSeconds: seconds },
    });
    return c.json(await userView(user.address));
  });

  app.post('/users/:address/unlock-sending', async (c) => {
    const { user } = await requireUser(directory, c.req.param('address'));
    const exemptUntil = now() + EXEMPT_MS;
    await outbox.putSendLock(user.tenantId, user.userId, { lockedAt: null, reason: '', exemptUntil });
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.unlock-sending',
      resource: `user/${user.userId}`,
      details: { exemptUntil },
    });
    return c.json(await userView(user.address));
  });

  async function grantsOf(address: string): Promise<{ items: SendGrantView[]; cursor: null }> {
    const { user } = await requireUser(directory, address);
    const grants = await directory.sendGrantsOf(user.tenantId, user.userId);
    const ids = grants.map(({ granteeId }) => granteeId);
    const addresses = await directory.addressesOf(user.tenantId, ids);
    const items = grants.flatMap(({ granteeId, kind }): SendGrantView[] => {
      const grantee = addresses.get(granteeId);
      return grantee === undefined ? [] : [{ owner: user.address, grantee, kind }];
    });
    return { items, cursor: null };
  }

  app.get('/users/:address/send-grants', async (c) => {
    const query = readQuery(c, pagedQuery);
    const { items } = await grantsOf(c.req.param('address'));
    return c.json(pageOf('send grants', items, ({ grantee }) => [0, grantee], query));
  });

  app.put('/users/:address/send-grants/:grantee', async (c) => {
    const { kind } = await readJson(c, grantBody);
    const { owner, grantee } = await bothOf(c.req.param('address'), c.req.param('grantee'));
    const { tenantId, userId: ownerId } = owner;
    await directory.putSendGrant({ tenantId, ownerId, granteeId: grantee.userId, kind });
    await audit({
      ...by(c),
      tenantId,
      action: 'user.grant-send',
      resource: `user/${ownerId}`,
      details: { grantee: grantee.address, kind },
    });
    return c.json(await grantsOf(owner.address));
  });

  app.delete('/users/:address/send-grants/:grantee', async (c) => {
    const { owner, grantee } = await bothOf(c.req.param('address'), c.req.param('grantee'));
    await directory.removeSendGrant(owner.tenantId, owner.userId, grantee.userId);
    await audit({
      ...by(c),
      tenantId: owner.tenantId,
      action: 'user.revoke-send',
      resource: `user/${owner.userId}`,
      details: { grantee: grantee.address },
    });
    return c.json(await grantsOf(owner.address));
  });

  async function bothOf(address: string, other: string) {
    const { user: owner } = await requireUser(directory, address);
    const { user: grantee } = await requireUser(directory, other);
    // A grant across tenants would make one tenant's mail another's (I25).
    if (owner.tenantId !== grantee.tenantId) throw new InvalidInputError('they are of different tenants');
    if (owner.userId === grantee.userId) throw new ConflictError('everybody sends as themselves');
    return { owner, grantee };
  }
};
