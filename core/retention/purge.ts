import type { MailboxStore } from '../ports/mail.ts';
import type { KeepingServices } from './services.ts';

/** Raws that one step deletes. */
const PURGE_STEP = 200;

/**
 * Deletes the raws of messages that were removed before this time. The note of a message goes after its raw, and the
 * tombstone with the raw key stays: whatever comes late, there is no raw without a row and nothing comes back (I6, I8).
 */
export async function purgeRemoved(
  services: Pick<KeepingServices, 'blobs'>,
  mailbox: MailboxStore,
  removedBefore: number,
): Promise<{ purged: number; more: boolean }> {
  const keys = await mailbox.beginPurge(removedBefore, PURGE_STEP);
  if (keys.length > 0) await services.blobs.delete(...keys);
  await mailbox.endPurge(keys);
  return { purged: keys.length, more: keys.length === PURGE_STEP };
}
