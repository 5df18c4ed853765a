import type { OutboxEntry } from '../core/ports/outbox.ts';
import type { OutboundServices } from './services.ts';

const TRIES = 6;
const FIRST_PAUSE_MS = 40;

/**
 * Changes an entry as it is now, whoever else changes it meanwhile. A write whose answer was lost is made again, so
 * `change` must not mind what it has done already; it gives the entry itself when there is nothing to change, and
 * null when the entry is not to be changed at all. The entry afterwards, or null. Rejects when the outbox does not
 * answer for longer than a moment.
 */
export async function modify(
  { outbox }: Pick<OutboundServices, 'outbox'>,
  entry: OutboxEntry,
  change: (entry: OutboxEntry) => OutboxEntry | null,
): Promise<OutboxEntry | null> {
  let seen = entry;
  for (let attempt = 1; ; attempt++) {
    const to = change(seen);
    if (to === null || to === seen) return to;
    try {
      if (await outbox.updateEntry(seen, to)) return { ...to, revision: seen.revision + 1 };
      const there = await outbox.getEntry(entry.ref, entry.submissionId);
      if (there === null) return null;
      seen = there;
    } catch (error) {
      if (attempt >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
      // Perhaps it was written after all.
      seen = (await outbox.getEntry(entry.ref, entry.submissionId).catch(() => null)) ?? seen;
    }
    if (attempt >= TRIES) throw new Error('outbox: the entry is changed again and again');
  }
}
