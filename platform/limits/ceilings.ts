import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { Config } from '../config.ts';
import type { LimitServices } from './index.ts';

/** Tenant setting: `{ perMinute }`, over TENANT_REQUESTS_PER_MINUTE; 0: no limit. */
export const REQUEST_LIMIT_SETTING = 'requestLimit';

/** What the tenant's own setting says; null: nothing. */
export function readRequestLimit(value: unknown): number | null {
  const perMinute = (value as { perMinute?: unknown } | null)?.perMinute;
  return typeof perMinute === 'number' && perMinute >= 0 ? perMinute : null;
}

/** Requests a minute, as the configuration and the tenants' settings say. */
export function requestCeilings(
  { requestsPerMinute }: Pick<Config, 'requestsPerMinute'>,
  directory: Pick<DirectoryStore, 'getTenantSetting'>,
): LimitServices['ceilings'] {
  return {
    caller: requestsPerMinute.caller,
    tenant: async (tenantId) =>
      readRequestLimit(await directory.getTenantSetting(tenantId, REQUEST_LIMIT_SETTING)) ??
      requestsPerMinute.tenant,
  };
}
