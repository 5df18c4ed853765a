/**
 * Cancellations that came before what they cancel: they lie in Deleted Items until the series is there, and are carried
 * out then (I8).
 */
import { findOccurrence } from '../calendar/find.ts';
import { formatLocal } from '../calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime, PatchObject } from '../calendar/types.ts';
import { type EventItem, keepAside, meetingItemId } from './calendar-store.ts';
import { endedBefore } from './following.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail } from './meeting-mail.ts';
import {
  cancelledEvent,
  cancelledOccurrence,
  cancelledPatch,
  isNewer,
  knownOccurrenceVersion,
  knownVersion,
  noteVersion,
  receivedEvent,
  versionOf,
} from './received.ts';
import type { SchedulingServices } from './services.ts';
import { instantOf } from './timing.ts';
import { organizerDistrust } from './trust.ts';

/** Occurrences of one series of which that is noted. */
const MAX_NOTED = 200;
const ZONE = 'Etc/UTC';

/** Whether the message may say so, as far as one can know who has not seen the meeting. */
function mayCancel(mail: MeetingMail, { facts }: Itip): boolean {
  const { organizer } = facts;
  if (organizer === null || mail.owner.isSelf(organizer.address)) return false;
  return organizerDistrust(mail.writer, organizer, facts) === null;
}

/** A whole meeting: when its invitation comes, it is known to be over. */
export async function noteOverBefore(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<void> {
  if (!mayCancel(mail, itip)) return;
  const version = versionOf(itip.facts);
  const received = receivedEvent(itip.event ?? stubOf(itip), null, version, mail.owner);
  const itemId = await meetingItemId(mail.ref, itip.uid);
  await keepAside(services, mail.mailbox, { itemId, event: cancelledEvent(received, version) });
}

/** An occurrence, or this and following, of a series that is not there, or not as the organizer has it. */
export async function noteOccurrenceBefore(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
  { at, following }: { at: number; following: boolean },
): Promise<void> {
  if (!mayCancel(mail, itip)) return;
  const version = versionOf(itip.facts);
  const itemId = await idOf(mail, itip);
  const present = await eventOf(mail, itemId);
  const key = formatLocal(Math.floor(at / 1000));
  const before = present?.document ?? stubOf(itip, key);
  const known = before.recurrenceOverrides ?? {};
  if (known[key] !== undefined && !isNewer(version, knownOccurrenceVersion(before, key))) return;
  if (known[key] === undefined && Object.keys(known).length >= MAX_NOTED) return;
  const patch: PatchObject = {
    ...cancelledPatch(version),
    ...(following ? { 'waypost:following': true } : {}),
  };
  const event = noteVersion({ ...before, recurrenceOverrides: { ...known, [key]: patch } }, version);
  await keepAside(services, mail.mailbox, { itemId, event, present });
}

/** What is known to be over of a meeting from this organizer, or null. */
export async function overtakenOf(mail: MeetingMail, itip: Itip): Promise<EventItem | null> {
  return itip.facts.organizer === null ? null : eventOf(mail, await idOf(mail, itip));
}

/** Whether an occurrence was cancelled no earlier than this was said of it. */
export function isOverAt(aside: EventItem | null, at: number, { facts }: Pick<Itip, 'facts'>): boolean {
  if (aside === null) return false;
  return Object.entries(aside.document.recurrenceOverrides ?? {}).some(([key, patch]) => {
    const from = instantOf(key, ZONE) ?? Number.NaN;
    const meant = patch['waypost:following'] === true ? from <= at : from === at;
    return meant && !isNewer(versionOf(facts), knownOccurrenceVersion(aside.document, key));
  });
}

/**
 * The series without what is known to be over, unless the organizer said so before they sent it. `isDone`: nothing of it
 * waits for another version of the series, in which there is such an occurrence.
 */
export function withoutOvertaken(
  series: CalendarEvent,
  aside: EventItem | null,
): { whole: CalendarEvent; isDone: boolean } {
  if (aside === null) return { whole: series, isDone: true };
  const said = knownVersion(series);
  let whole = series;
  let isDone = true;
  for (const key of Object.keys(aside.document.recurrenceOverrides ?? {}).sort()) {
    const version = knownOccurrenceVersion(aside.document, key);
    if (isNewer(said, version)) continue;
    const here = foundIn(whole, key);
    if (here === null) isDone = false;
    if (here === null || isNewer(knownOccurrenceVersion(whole, here), version)) continue;
    const following = aside.document.recurrenceOverrides?.[key]?.['waypost:following'] === true;
    if (!following) whole = cancelledOccurrence(whole, here, version);
    else {
      const left = endedBefore(whole, here);
      whole = left === null ? cancelledEvent(whole, version) : noteVersion(left, version);
    }
  }
  return { whole, isDone };
}

function foundIn(series: CalendarEvent, key: LocalDateTime): LocalDateTime | null {
  const at = instantOf(key, ZONE);
  return at === null ? null : findOccurrence(series, at);
}

function idOf({ ref }: MeetingMail, { uid, facts }: Itip): Promise<string> {
  // Somebody else's cancellation has a place of its own.
  return meetingItemId(ref, uid, `overtaken ${facts.organizer?.address.toLowerCase() ?? ''}`);
}

async function eventOf({ mailbox }: MeetingMail, itemId: string): Promise<EventItem | null> {
  const [item] = await mailbox.pimItems([itemId]);
  return item?.kind === 'event' ? item : null;
}

/** What is known of a meeting that nothing else is known of. */
function stubOf({ uid, facts }: Itip, key?: LocalDateTime): CalendarEvent {
  const { title, organizer, stamp, startsAt } = facts;
  const address = organizer?.address ?? '';
  return {
    ...{ '@type': 'Event', uid, updated: '1970-01-01T00:00:00Z', title, status: 'cancelled' },
    ...{ start: key ?? formatLocal(Math.floor((startsAt ?? stamp) / 1000)), timeZone: ZONE },
    ...{ freeBusyStatus: 'free', 'waypost:busy': 'free' },
    replyTo: { imip: `mailto:${address}` },
    participants: {
      organizer: {
        ...{ '@type': 'Participant', name: organizer?.name ?? '', email: address },
        ...{ sendTo: { imip: `mailto:${address}` }, roles: { owner: true } },
      },
    },
    ...(key === undefined ? {} : { recurrenceId: key, recurrenceIdTimeZone: ZONE }),
  };
}
