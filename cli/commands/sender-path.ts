import type { AdminClient } from '../admin-client.ts';
import { tenantOf } from './tenant-of.ts';

/** Positional of the commands of sender lists. */
export const senderScope = { name: 'scope', help: 'a domain, for its tenant, or the address of a user' };

export async function senderPath(admin: AdminClient, scope: string): Promise<string> {
  if (scope.includes('@')) return `/users/${encodeURIComponent(scope)}/senders`;
  return `/tenants/${await tenantOf(admin, scope)}/senders`;
}
