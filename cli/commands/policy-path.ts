import type { AdminClient } from '../admin-client.ts';
import { tenantOf } from './tenant-of.ts';

/** Positional of the policy commands. */
export const policyScope = { name: 'scope', help: 'a domain, for its tenant, or the address of a user' };

export async function policyPath(admin: AdminClient, scope: string): Promise<string> {
  if (scope.includes('@')) return `/users/${encodeURIComponent(scope)}/policy`;
  return `/tenants/${await tenantOf(admin, scope)}/policy`;
}
