import { hourOf } from '../core/mail/sending/limits.ts';
import type { OutboxEntry } from '../core/ports/outbox.ts';
import { attemptEntry } from './attempt.ts';
import { jobOf } from './outgoing.ts';
import type { OutboundServices } from './services.ts';

/** Entries that one run works on by itself; the queue gets the others. */
const RESUME_AT_ONCE = 50;
const HAND_TO_QUEUE = 500;
/** How long a client may come back with what it sent already, and an admin with what failed. */
const REMEMBER_MS = 14 * 24 * 60 * 60 * 1000;
/** What was sent in the hours of the last 15 days is counted. */
const COUNTED_HOURS = 15 * 24;

export async function resume(
  services: OutboundServices,
  tenantId: string,
  { idleMs = 0, limit = RESUME_AT_ONCE }: { idleMs?: number; limit?: number } = {},
): Promise<number> {
  const now = services.now();
  const at = now - idleMs;
  const entries = await services.outbox.dueEntries(tenantId, at, limit + HAND_TO_QUEUE);
  await handToQueue(services, entries.slice(limit));
  const failures: unknown[] = [];
  for (const entry of entries.slice(0, limit)) {
    try {
      await attemptEntry(services, entry, { at });
    } catch (error) {
      failures.push(error);
    }
  }
  const old = await services.outbox.forgetEntries(tenantId, now - REMEMBER_MS, RESUME_AT_ONCE);
  if (old.length > 0) await services.blobs.delete(...old);
  await services.outbox.forgetSendUsage(tenantId, hourOf(now) - COUNTED_HOURS);
  // After the others: one entry that cannot be read must not keep the rest waiting (I11).
  if (failures.length > 0) throw failures[0];
  return Math.min(entries.length, limit);
}

/** After an outage more may wait than one run can do. */
async function handToQueue(services: OutboundServices, entries: readonly OutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await services.queues.outbound(entries.map(jobOf));
  } catch (error) {
    services.log.warn('outbound.not-scheduled', { entries: entries.length, error: String(error) });
  }
}
