import type { DirectoryStore } from '../ports/directory.ts';

/** Tenant setting: where rules may forward and redirect mail to. */
export const FORWARDING_SETTING = 'forwarding';

export interface Forwarding {
  /** allowed: to anybody. internal: to addresses of the tenant's own domains. off: nowhere. */
  mode: 'allowed' | 'internal' | 'off';
}

export function readForwarding(value: unknown): Forwarding {
  const mode = typeof value === 'object' && value !== null && 'mode' in value ? value.mode : null;
  return { mode: mode === 'internal' || mode === 'off' ? mode : 'allowed' };
}

/** Those of the addresses (canonical) to which the tenant lets mail be forwarded. */
export async function allowedRecipients<T extends { address: string }>(
  directory: Pick<DirectoryStore, 'getTenantSetting' | 'getDomain'>,
  tenantId: string,
  recipients: readonly T[],
): Promise<T[]> {
  const { mode } = readForwarding(await directory.getTenantSetting(tenantId, FORWARDING_SETTING));
  if (mode === 'allowed') return [...recipients];
  if (mode === 'off') return [];
  const kept: T[] = [];
  for (const one of recipients) {
    const domain = await directory.getDomain(one.address.slice(one.address.lastIndexOf('@') + 1));
    if (domain?.tenantId === tenantId) kept.push(one);
  }
  return kept;
}
