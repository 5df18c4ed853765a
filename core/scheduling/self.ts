import { ownerOf } from '../automatic/own-addresses.ts';
import type { User } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';
import { readWorkingHours, WORKING_HOURS_SETTING } from '../people/working-hours.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { Self } from './meeting.ts';
import { sameAddress } from './people.ts';

/** The owner of a mailbox, as meetings name them. */
export async function selfOfMailbox(
  directory: Pick<DirectoryStore, 'getUser' | 'listAliases' | 'getUserSetting'>,
  { tenantId, mailboxId }: Pick<MailboxRef, 'tenantId' | 'mailboxId'>,
  user: Pick<User, 'address' | 'displayName'>,
): Promise<Self> {
  const [owner, hours] = await Promise.all([
    ownerOf(directory, { tenantId, mailboxId }),
    directory.getUserSetting(tenantId, mailboxId, WORKING_HOURS_SETTING),
  ]);
  const { address, displayName } = owner?.user ?? user;
  return {
    address,
    name: displayName || address,
    zone: readWorkingHours(hours).timeZone,
    isSelf: owner === null ? (one) => sameAddress(one, address) : (one) => owner.isSelf(one),
  };
}
