import type { Services } from '../../platform/services.ts';
import { hasAdminToken } from '../admin/auth.ts';
import { callerOf, mayCall } from '../admin/caller.ts';

/** Whether the Authorization header opens `/metrics`. Both fixed tokens are compared in constant time (A34). */
export async function mayScrape(header: string | null, services: Services): Promise<boolean> {
  const { metricsToken } = services.config;
  if (metricsToken !== null && (await hasAdminToken(header, metricsToken))) return true;
  const caller = await callerOf(header ?? undefined, services);
  return caller !== null && mayCall(caller, 'operations', 'read', { kind: 'installation' });
}
