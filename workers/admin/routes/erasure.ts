import * as z from 'zod';
import { AUDIT_SETTING, readAuditKeeping } from '../../../core/audit/keeping.ts';
import { addressDigest } from '../../../core/erasure/digest.ts';
import { remainsOf } from '../../../core/erasure/remains.ts';
import { beginErase, deleteUser } from '../../../core/erasure/users.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../core/errors.ts';
import type { Tenant } from '../../../core/identity/types.ts';
import type { Erasure } from '../../../core/ports/erasure.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import type { EraseUser, ErasureView } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminContext, by } from '../context.ts';
import { addressOf, readJson, readQuery, requireUser } from '../input.ts';
import { revokeUser } from '../revoke.ts';
import { userView } from '../views.ts';

const MAX_GRACE_DAYS = 3650;
export const deleteQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(MAX_GRACE_DAYS).optional(),
});
export const eraseBody = z.strictObject({
  confirm: z.string().min(3).max(320),
}) satisfies z.ZodType<EraseUser>;

/** The end of a user: deleted and restored, and erased with a report (I27). */
export const addErasureRoutes: AddRoutes = (app, admin) => {
  const { services, audit } = admin;
  const { directory, config, now } = services;

  app.delete('/users/:address', async (c) => {
    const { days = config.userGraceDays } = readQuery(c, deleteQuery);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const asked = { by: by(c).actor, now: now(), graceDays: days };
    const erasure = await deleteUser(directory, user, asked);
    await close(admin, tenant, user.userId);
    await audit({
      ...by(c),
      tenantId: user.tenantId,
      action: 'user.delete',
      resource: `user/${user.userId}`,
      details: { days },
    });
    return c.json<ErasureView>(await viewOf(admin, erasure, user.address));
  });

  app.post('/users/:address/restore', async (c) => {
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    const { tenantId, userId } = user;
    if (user.status !== 'deleted') throw new ConflictError('the user is not deleted');
    if (!(await directory.restoreUser(tenantId, userId)))
      throw new ConflictError('the user is being erased: there is no way back');
    await close(admin, tenant, userId);
    await audit({ ...by(c), tenantId, action: 'user.restore', resource: `user/${userId}` });
    const restored = await directory.getUser(tenantId, userId);
    return c.json(userView(restored?.user ?? user));
  });

  app.post('/users/:address/erase', async (c) => {
    const { confirm } = await readJson(c, eraseBody);
    const { tenant, user } = await requireUser(directory, c.req.param('address'));
    if (addressOf(confirm) !== user.address)
      throw new InvalidInputError('confirm: it must be the address of the user');
    const { tenantId, userId } = user;
    const erasure = await beginErase(directory, user, { by: by(c).actor, now: now() });
    await close(admin, tenant, userId);
    await audit({ ...by(c), tenantId, action: 'user.erase', resource: `user/${userId}` });
    const { correlationId } = by(c);
    const job = { v: 1, tenantId, mailboxId: userId, shard: tenant.mailShard, correlationId } as const;
    // What a queue does not take now the cron finds.
    await services.queues.retention([{ ...job, erase: true }]);
    return c.json<ErasureView>(await viewOf(admin, erasure, user.address), 202);
  });

  app.get('/users/:address/erasure', async (c) => {
    const address = addressOf(c.req.param('address'));
    const login = await directory.findLogin(address);
    const own = login === null ? null : await directory.getErasure(login.user.tenantId, login.user.userId);
    if (login !== null && own !== null)
      return c.json<ErasureView>(await viewOf(admin, own, login.user.address));
    const domain = await directory.getDomain(address.slice(address.lastIndexOf('@') + 1));
    const digest = domain === null ? '' : await addressDigest(domain.tenantId, address);
    const [found] = domain === null ? [] : await directory.findErasures(domain.tenantId, digest);
    if (found === undefined) throw new NotFoundError(`nobody with the address ${address} was deleted`);
    return c.json<ErasureView>(await viewOf(admin, found, null));
  });
};

/** Who was let in is looked at again at once, and what is held open ends (I21). */
async function close({ services }: AdminContext, tenant: Tenant, userId: string): Promise<void> {
  forgetUser(services, userId);
  await revokeUser(services, tenant, userId);
}

async function viewOf(
  { services: { directory, config } }: AdminContext,
  erasure: Erasure,
  address: string | null,
): Promise<ErasureView> {
  const { userId, tenantId, state, deletedAt, eraseAfter, finishedAt, nextAt, progress } = erasure;
  const keeping = await directory.getTenantSetting(tenantId, AUDIT_SETTING);
  const { days } = readAuditKeeping(keeping, config.auditDays);
  return {
    ...{ userId, tenantId, address, state, by: progress.by, deletedAt, eraseAfter },
    ...{ startedAt: progress.startedAt, finishedAt, nextLookAt: state === 'erased' ? nextAt : null },
    ...{ removed: progress.removed, remains: remainsOf(days), problem: progress.problem },
  };
}
