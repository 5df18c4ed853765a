import { ConflictError } from '../errors.ts';
import type { MailboxRef } from '../mail/types.ts';
import { decideFate } from './decide.ts';
import { purgeRemoved } from './purge.ts';
import type { KeepingServices } from './services.ts';

/** Whatever erases content of a mailbox asks this first. Rejects with ConflictError while a legal hold covers it. */
async function requireErasable(services: Pick<KeepingServices, 'directory'>, ref: MailboxRef): Promise<void> {
  const holds = await services.directory.holdsOn(ref.tenantId, ref.mailboxId);
  const fate = decideFate({
    ...{ held: holds.length > 0, erasing: true },
    ...{ state: 'removed', isDue: false, action: 'delete' },
  });
  if (fate !== 'erase')
    throw new ConflictError(`a legal hold covers this mailbox: ${holds[0]?.holdId ?? ''}`);
}

/** One step of purging what a mailbox has removed up to now, without waiting for the time to recover it. */
export async function eraseRemoved(
  services: Pick<KeepingServices, 'directory' | 'mail' | 'blobs' | 'now'>,
  ref: MailboxRef,
): Promise<{ purged: number; more: boolean }> {
  await requireErasable(services, ref);
  return purgeRemoved(services, services.mail.mailbox(ref), services.now() + 1);
}
