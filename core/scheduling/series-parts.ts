/** A series that was cut by changes of this and following is several events here, and one for its organizer. */

import { findOccurrence } from '../calendar/find.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { uidKey } from '../calendar/uid.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { EventItem } from './calendar-store.ts';
import { spanOf } from './timing.ts';

/** The events that hold what took place before the cuts, as far as they are still there. */
export async function partsBefore(mailbox: MailboxStore, { document }: EventItem): Promise<EventItem[]> {
  if (document['waypost:part'] === undefined && document.relatedTo === undefined) return [];
  const found: EventItem[] = [];
  for (const [uid, { relation }] of Object.entries(document.relatedTo ?? {})) {
    if (relation?.['first'] !== true) continue;
    for (const item of await mailbox.itemsByUid('event', uidKey(uid))) {
      if (item.kind === 'event' && organizersUid(item.document) === document.uid) found.push(item);
    }
  }
  return found;
}

/** The UID that the organizer of a meeting knows. */
export function organizersUid(event: CalendarEvent): string {
  return event['waypost:part']?.uid ?? event.uid;
}

/** When an occurrence that the organizer names takes place by the rules of this event. Milliseconds since the epoch. */
function namedHere(event: CalendarEvent, at: number): number {
  return at + (event['waypost:part']?.later ?? 0) * 1000;
}

/** The part of a series in which the organizer's occurrence lies, with its time there. */
export async function partAt(
  mailbox: MailboxStore,
  whole: EventItem,
  at: number,
): Promise<{ item: EventItem; at: number }> {
  const here = { item: whole, at: namedHere(whole.document, at) };
  if ((spanOf(whole.document)?.startsAt ?? 0) <= here.at) return here;
  for (const item of await partsBefore(mailbox, whole)) {
    const there = namedHere(item.document, at);
    if (findOccurrence(item.document, there) !== null) return { item, at: there };
  }
  return here;
}
