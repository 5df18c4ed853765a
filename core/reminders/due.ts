import { zoneOfObject } from '../calendar/anchor.ts';
import { nextReminder } from '../calendar/index.ts';
import { EARLIEST_ZONE } from '../calendar/reminder.ts';
import { parseUtc } from '../calendar/time/civil.ts';
import type { PimItem } from '../pim/types.ts';

/**
 * Somebody is to be reminded of something: what the hub of a mailbox tells its listeners. Like every notice it says
 * which item, and nothing of what is in it: who listens reads the item, by the rights it has. The same reminder may be
 * told twice: `itemId`, `at` and `recurrenceId` name it.
 */
export interface ReminderFrame {
  folderId: string;
  itemId: string;
  kind: 'event' | 'task';
  /** When to remind, milliseconds since the epoch. */
  at: number;
  /** Of which occurrence of a series; null for what does not recur, and for a time bound to no occurrence. */
  recurrenceId: string | null;
  /** When that begins; null for a time bound to no occurrence. */
  startsAt: number | null;
}

/** What is to be done about an item whose reminder came up. */
export interface DueReminder {
  /** null: nobody is told, since it is not the time yet, or long over. */
  frame: ReminderFrame | null;
  /** The reminder after it. */
  next: number | null;
}

/** A reminder of something that is over is told for so long. */
const STALE_MS = 24 * 3_600_000;

/**
 * @param owner zone of the owner, for what floats; null when nobody knows it: then it comes early rather than late
 * @param now milliseconds since the epoch
 */
export function dueReminder(item: PimItem, owner: string | null, now: number): DueReminder | null {
  if ((item.kind !== 'event' && item.kind !== 'task') || item.remindAt === null || item.remindAt > now)
    return null;
  const { document, kind, itemId, folderId } = item;
  const zone = owner ?? EARLIEST_ZONE;
  let due = nextReminder(document, item.remindAt - 1, zone);
  if (zoneOfObject(document) === null && due?.at !== item.remindAt) {
    // Noted where the day begins first (core/pim/facts.ts). What was over when it was written down is not meant.
    const written = Math.min(parseUtc(document.updated) ?? 0, now);
    due = nextReminder(document, Math.max(item.remindAt - 1, written), zone);
  }
  if (due === null) return { frame: null, next: null };
  if (due.at > now) return { frame: null, next: due.at };
  const next = nextReminder(document, now, zone)?.at ?? null;
  const { occurrence, at } = due;
  const isOver = (occurrence?.end ?? at) + STALE_MS < now && at + STALE_MS < now;
  const frame: ReminderFrame = {
    ...{ folderId, itemId, kind, at },
    recurrenceId: occurrence?.recurrenceId ?? null,
    startsAt: occurrence?.start ?? null,
  };
  return { frame: isOver ? null : frame, next };
}
