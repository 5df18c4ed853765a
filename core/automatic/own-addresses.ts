import type { Tenant, User } from '../identity/types.ts';
import { canonicalAddress, routeCandidates } from '../mail/recipients.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';

/** The owner of a mailbox and the addresses that lead to it. */
export interface Owner {
  tenant: Tenant;
  user: User;
  /** Whether an address, however it is written, is one of theirs: the primary one or an alias, also with a `+tag`. */
  isSelf(address: string): boolean;
}

/** null when there is no such user any more. */
export async function ownerOf(
  directory: Pick<DirectoryStore, 'getUser' | 'listAliases'>,
  { tenantId, mailboxId }: Pick<MailboxRef, 'tenantId' | 'mailboxId'>,
): Promise<Owner | null> {
  const [found, aliases] = await Promise.all([
    directory.getUser(tenantId, mailboxId),
    directory.listAliases(tenantId, mailboxId),
  ]);
  if (found === null) return null;
  const own = new Set([
    found.user.address,
    ...aliases.filter(({ enabled }) => enabled).map(({ address }) => address),
  ]);
  const isSelf = (address: string) => {
    const canonical = canonicalAddress(address);
    return canonical !== null && routeCandidates(canonical).addresses.some((one) => own.has(one));
  };
  return { ...found, isSelf };
}
