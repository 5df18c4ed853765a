/** A room or equipment answers an invitation by itself. */

import { findOccurrence } from '../calendar/find.ts';
import { occurrences } from '../calendar/occurrences.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { DomainError } from '../errors.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import { binMeeting, type EventItem, knownMeeting, putMeeting, untilUnchanged } from './calendar-store.ts';
import type { MeetingMail } from './meeting-mail.ts';
import { occurrenceOf, withOccurrence, withoutOccurrence } from './occurrence.ts';
import { answeredEvent, busyOf, isNewer, knownVersion, versionOf } from './received.ts';
import { sendReply } from './reply.ts';
import {
  BOOKING_WORDS,
  type Booking,
  bookedTimes,
  decideBooking,
  type ResourceSettings,
  type Span,
} from './resource.ts';
import type { SchedulingServices } from './services.ts';
import { lastEndOf } from './timing.ts';
import type { MeetingFacts } from './types.ts';

const ACCEPTED: Booking = { answer: 'accepted' };
/** Events of the calendar that are compared. */
const MAX_EVENTS = 2000;

/** Decides on the meeting that a REQUEST has put into the calendar, writes the answer down, and sends it. */
export async function bookResource(
  services: SchedulingServices,
  mail: MeetingMail,
  facts: MeetingFacts,
  settings: ResourceSettings,
): Promise<'accepted' | 'declined' | 'nothing'> {
  const { ref, message } = mail;
  const booked = await untilUnchanged(async () => {
    const { whole, orphans } = await knownMeeting(mail.mailbox, facts.uid);
    const item = whole ?? orphans[0];
    if (item === undefined) return null;
    const single = facts.following === true ? null : facts.recurrenceAt;
    const key = single === null ? null : findOccurrence(item.document, single);
    const event = key === null || whole === null ? item.document : occurrenceOf(item.document, key);
    if (event.status === 'cancelled' || isNewer(knownVersion(event), versionOf(facts))) return null;
    // It was answered when this message came before: perhaps nobody heard it.
    if (event['waypost:response']?.type === 'accepted') return { event, booking: ACCEPTED };
    const booking = await decide(services, mail, item, event, settings);
    await write(services, mail, item, whole === null ? null : key, event, booking);
    return { event, booking };
  });
  if (booked === null) return 'nothing';
  const { event, booking } = booked;
  const words = BOOKING_WORDS[booking.answer === 'accepted' ? 'accepted' : booking.why];
  await sendReply(services, mail, event, {
    answer: booking.answer,
    note: { text: words, html: null },
    proposed: null,
    at: services.now(),
    submissionId: await submissionIdOf('booking', ref.tenantId, ref.mailboxId, facts.uid, message.itemId),
    automatic: true,
  });
  const { correlationId } = mail;
  services.log.info('resource.answered', { correlationId, ...ref, answer: booking.answer });
  return booking.answer;
}

async function decide(
  services: SchedulingServices,
  mail: MeetingMail,
  item: EventItem,
  event: CalendarEvent,
  settings: ResourceSettings,
): Promise<Booking> {
  const now = services.now();
  const times = bookedTimes(event, now, settings);
  const busy = times === null || settings.allowConflicts ? [] : await busyTimes(mail, item, times);
  return decideBooking(event, { times, lastEnd: lastEndOf(event), busy }, now, settings);
}

/** When the resource is taken by other meetings, within the times of this one. */
async function busyTimes({ mailbox }: MeetingMail, item: EventItem, times: readonly Span[]): Promise<Span[]> {
  const from = Math.min(...times.map(({ start }) => start));
  const to = Math.max(...times.map(({ end }) => end));
  if (!Number.isFinite(from)) return [];
  const busy: Span[] = [];
  const events = await mailbox.eventsBetween([item.folderId], from, to, null, MAX_EVENTS);
  for (const other of events) {
    if (other.kind !== 'event' || other.uid === item.uid) continue;
    for (const { start, end, event } of timesOf(other.document, from, to)) {
      if (event.status !== 'cancelled' && busyOf(event) !== 'free') busy.push({ start, end });
    }
  }
  return busy;
}

function timesOf(document: CalendarEvent, from: number, to: number) {
  try {
    return occurrences(document, { from, to }).map(({ start, end, recurrenceId, patch }) => {
      const event = recurrenceId === null || patch === null ? document : occurrenceOf(document, recurrenceId);
      return { start, end, event };
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    // What cannot be unfolded takes all the time: better one booking too few than two at once.
    return [{ start: from, end: to, event: document }];
  }
}

async function write(
  services: SchedulingServices,
  mail: MeetingMail,
  item: EventItem,
  key: string | null,
  event: CalendarEvent,
  { answer }: Booking,
): Promise<void> {
  const { itemId, document } = item;
  if (answer === 'declined' && key === null) return binMeeting(services, mail, item);
  const answered = answeredEvent(event, answer, services.now(), mail.owner);
  const next =
    key === null
      ? answered
      : answer === 'declined'
        ? withoutOccurrence(document, key)
        : withOccurrence(document, answered, key);
  await putMeeting(services, mail, { itemId, present: item, event: next });
}
