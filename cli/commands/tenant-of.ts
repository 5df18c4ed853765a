import type { DomainView, Page } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';

/** Id of the tenant that a domain belongs to. */
export async function tenantOf(admin: AdminClient, domain: string): Promise<string> {
  const { items } = await admin.get<Page<DomainView>>('/domains');
  const found = items.find((d) => d.domain === domain.toLowerCase());
  if (found === undefined) throw new CommandError(`there is no domain ${domain}`);
  return found.tenantId;
}
