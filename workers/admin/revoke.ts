import type { Tenant } from '../../core/identity/types.ts';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

const PAGE = 500;
/** An object that is being moved or started anew answers at the next try. */
const ATTEMPTS = 3;

/**
 * Makes what the user's devices (or the one named) hold open ask again whether they may (I21). Called after the change
 * that makes the difference. A fault is logged: every new command is judged anyway, and held ones end by themselves.
 */
export async function revokeUser(
  { wake, log }: Services,
  tenant: Tenant,
  userId: string,
  deviceId: string | null = null,
): Promise<void> {
  const { tenantId, mailShard } = tenant;
  for (let attempt = 1; ; attempt++) {
    try {
      await wake.revoke({ tenantId, mailboxId: userId, shard: mailShard }, deviceId);
      return;
    } catch (error) {
      if (attempt < ATTEMPTS) continue;
      log.error('admin.revoke-failed', { userId, error: describeError(error) });
      return;
    }
  }
}

/** The same for everybody in a tenant who has devices, after the answer. */
export function revokeTenant(services: Services, tenant: Tenant): void {
  services.defer(revokeAll(services, tenant));
}

async function revokeAll(services: Services, tenant: Tenant): Promise<void> {
  try {
    let after = '';
    for (;;) {
      const userIds = await services.directory.listDeviceOwners(tenant.tenantId, after, PAGE);
      await mapBounded(userIds, FAN_OUT, (userId) => revokeUser(services, tenant, userId));
      const last = userIds.at(-1);
      if (last === undefined || userIds.length < PAGE) return;
      after = last;
    }
  } catch (error) {
    services.log.error('admin.revoke-failed', { tenantId: tenant.tenantId, error: describeError(error) });
  }
}
