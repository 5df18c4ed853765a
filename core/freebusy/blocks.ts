import { applyPatch, isRecurring, RecurrenceTooLargeError, walk } from '../calendar/index.ts';
import { Budget } from '../calendar/recurrence/budget.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { RangeCursor } from '../ports/pim.ts';
import { type BusyStatus, busyStatusOf } from './status.ts';

/** Events of one person that are looked at, and times that come of them: beyond, the answer says that it is not whole. */
const MAX_EVENTS = 3000;
const MAX_BLOCKS = 2000;
const PAGE = 500;
/** Steps of unfolding all events of one person together (A12). */
const MAX_STEPS = 600_000;

/** A time that somebody is not free. Milliseconds since the epoch. */
export interface BusyBlock {
  start: number;
  end: number;
  status: BusyStatus;
  /** Only for whoever may see what it is. */
  detail: BusyDetail | null;
}

interface BusyDetail {
  itemId: string;
  title: string;
  location: string;
  isMeeting: boolean;
  isRecurring: boolean;
  isException: boolean;
  hasReminder: boolean;
}

export interface Calendar {
  folderId: string;
  /** What is not private is told with its title and place. */
  detail: boolean;
  /** Private events are told too: it is the reader's own. */
  own: boolean;
}

/** What takes place in these calendars, by start. `whole` is false where limits ended the search. */
export async function blocksOf(
  mailbox: Pick<MailboxStore, 'eventsBetween'>,
  calendars: readonly Calendar[],
  { from, to, zone }: { from: number; to: number; zone: string },
): Promise<{ blocks: BusyBlock[]; whole: boolean }> {
  const byFolder = new Map(calendars.map((calendar) => [calendar.folderId, calendar]));
  const blocks: BusyBlock[] = [];
  const budget = new Budget(MAX_STEPS);
  let whole = true;
  let after: RangeCursor | null = null;
  for (let seen = 0; byFolder.size > 0; ) {
    const page = await mailbox.eventsBetween([...byFolder.keys()], from, to, after, PAGE);
    for (const item of page) {
      const calendar = byFolder.get(item.folderId);
      if (item.kind !== 'event' || calendar === undefined) continue;
      const room = MAX_BLOCKS - blocks.length;
      const found = timesOf(item.document, { from, to, zone, budget, room });
      whole &&= found.whole;
      for (const { start, end, event, isException } of found.times) {
        const status = busyStatusOf(event);
        if (status !== 'free')
          blocks.push({ start, end, status, detail: detailOf(item.itemId, event, isException, calendar) });
      }
    }
    seen += page.length;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    if (seen >= MAX_EVENTS || blocks.length >= MAX_BLOCKS) {
      whole = false;
      break;
    }
    after = { startsAt: last.startsAt ?? 0, itemId: last.itemId };
  }
  blocks.sort((a, b) => a.start - b.start || a.end - b.end);
  return { blocks, whole };
}

interface Time {
  start: number;
  end: number;
  event: CalendarEvent;
  isException: boolean;
}

/** A rule that takes too long hides its own event alone. */
function timesOf(
  event: CalendarEvent,
  { from, to, zone, budget, room }: { from: number; to: number; zone: string; budget: Budget; room: number },
): { times: Time[]; whole: boolean } {
  const times: Time[] = [];
  try {
    for (const { start, end, patch } of walk(event, { from, to, zone, budget })) {
      if (times.length >= room) return { times, whole: false };
      const own = patch === null ? event : applyPatch(event, patch);
      if (end > start) times.push({ start, end, event: own, isException: patch !== null });
    }
    return { times, whole: true };
  } catch (error) {
    if (!(error instanceof RecurrenceTooLargeError)) throw error;
    return { times, whole: false };
  }
}

function detailOf(
  itemId: string,
  event: CalendarEvent,
  isException: boolean,
  calendar: Calendar,
): BusyDetail | null {
  const isPrivate = event.privacy === 'private' || event.privacy === 'secret';
  if (!calendar.detail || (isPrivate && !calendar.own)) return null;
  const [place] = Object.values(event.locations ?? {});
  return {
    itemId,
    title: event.title ?? '',
    location: place?.name ?? '',
    isMeeting: Object.keys(event.participants ?? {}).length > 0,
    isRecurring: isRecurring(event),
    isException,
    hasReminder: Object.keys(event.alerts ?? {}).length > 0,
  };
}
