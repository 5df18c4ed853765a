import type { Domain, Tenant, User } from '../../core/identity/types.ts';
import type { DeadLetter, DirectoryStore } from '../../core/ports/directory.ts';
import type { DeadLetterView, DomainView, TenantView, UserView } from '../../shared/admin-api.ts';

// Each view names its fields: a field that is added to a row later is not shown by accident.

export function tenantView({ tenantId, name, status, mailShard }: Tenant): TenantView {
  return { tenantId, name, status, mailShard };
}

export async function domainView(directory: DirectoryStore, domain: Domain): Promise<DomainView> {
  return listedDomain(await withCatchAll(directory, domain));
}

/** A domain and the address of the user who gets the rest. */
export async function withCatchAll(
  directory: DirectoryStore,
  domain: Domain,
): Promise<Domain & { catchAll: string | null }> {
  const { catchAllUserId, tenantId } = domain;
  const catchAll = catchAllUserId === null ? null : await directory.getUser(tenantId, catchAllUserId);
  return { ...domain, catchAll: catchAll?.user.address ?? null };
}

export function listedDomain({
  domain,
  tenantId,
  catchAll,
  enabled,
}: Domain & { catchAll: string | null }): DomainView {
  return { domain, tenantId, catchAll, enabled };
}

export function userView(user: User): UserView {
  const { address, userId, tenantId, displayName, status, quotaBytes, createdAt } = user;
  return { address, userId, tenantId, displayName, status, quotaBytes, createdAt };
}

export function deadLetterView(letter: Omit<DeadLetter, 'body'>): DeadLetterView {
  const { deadLetterId, queue, error, attempts, correlationId, failedAt, replayedAt, discardedAt } = letter;
  return { deadLetterId, queue, error, attempts, correlationId, failedAt, replayedAt, discardedAt };
}
