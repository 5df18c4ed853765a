import type { DomainView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';

/** Id of the tenant that a domain belongs to. */
export async function tenantOf(admin: AdminClient, domain: string): Promise<string> {
  try {
    return (await admin.get<DomainView>(`/domains/${encodeURIComponent(domain)}`)).tenantId;
  } catch (error) {
    if (error instanceof CommandError && 'status' in error && error.status === 404) {
      throw new CommandError(`there is no domain ${domain}`);
    }
    throw error;
  }
}
