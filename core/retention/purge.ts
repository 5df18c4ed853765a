import type { MailboxStore } from '../ports/mail.ts';
import type { KeepingServices } from './services.ts';

/** Raws that one step deletes: a call each, of the thousand that an invocation has. */
const PURGE_STEP = 200;
const AT_A_TIME = 4;

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
  const waiting = keys.values();
  const worker = async () => {
    for (const key of waiting) await services.blobs.delete(key);
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_A_TIME }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  await mailbox.endPurge(keys);
  return { purged: keys.length, more: keys.length === PURGE_STEP };
}
