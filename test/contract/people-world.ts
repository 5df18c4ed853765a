import type { Tenant, User } from '../../core/identity/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { type Subject, unique } from './subject.ts';

export interface World {
  directory: DirectoryStore;
  tenant: Tenant;
  domain: string;
  add(local: string, displayName: string, over?: Partial<User>): Promise<User>;
  alias(user: User, local: string): Promise<void>;
  /** Names of those who are found, in order. */
  names(text: string): Promise<string[]>;
}

export async function peopleWorld(subject: Subject): Promise<World> {
  const { directory } = await subject.open();
  const tenant: Tenant = { tenantId: unique('tenant'), name: 'T', status: 'active', mailShard: 'MAIL_1' };
  const domain = `${unique('domain')}.example`;
  await directory.createTenant(tenant);
  await directory.createDomain({ domain, tenantId: tenant.tenantId, catchAllUserId: null, enabled: true });
  return {
    directory,
    tenant,
    domain,
    async add(local, displayName, over) {
      const user: User = {
        userId: unique('user'),
        tenantId: tenant.tenantId,
        address: `${local}@${domain}`,
        displayName,
        status: 'active',
        quotaBytes: null,
        createdAt: 5,
        ...over,
      };
      await directory.createUser(user);
      return user;
    },
    async alias(user, local) {
      await directory.createAlias({
        address: `${local}@${domain}`,
        tenantId: tenant.tenantId,
        userId: user.userId,
        enabled: true,
      });
    },
    async names(text) {
      return (await directory.searchPeople(tenant.tenantId, text, 100, null)).people.map(
        (p) => p.displayName || p.address,
      );
    },
  };
}
