/** The owner of a calendar answers an invitation (MS-ASCMD 2.2.1.11; later by other protocols). */
import type { Owner } from '../automatic/own-addresses.ts';
import { findOccurrence } from '../calendar/find.ts';
import type { CalendarEvent, LocalDateTime } from '../calendar/types.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import type { Message } from '../mail/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import {
  binMeeting,
  type CalendarOf,
  type EventItem,
  knownMeeting,
  meetingItemId,
  putMeeting,
  untilUnchanged,
} from './calendar-store.ts';
import { isExcluded, occurrenceOf, recurs, withOccurrence, withoutOccurrence } from './occurrence.ts';
import { organizerOf } from './people.ts';
import { readMeeting } from './read-calendar.ts';
import { answeredEvent } from './received.ts';
import { type Actor, type Answer, sendReply } from './reply.ts';
import type { SchedulingServices } from './services.ts';
import { takeMeeting } from './take.ts';

/** What is sent to the organizer with the answer. */
export interface ReplyWish {
  note: { text: string; html: string | null };
  proposed: { startsAt: number; endsAt: number } | null;
}

export interface ResponseRequest {
  itemId: string;
  answer: Answer;
  /** When the one occurrence that is answered begins by the rules, in milliseconds since the epoch. */
  occurrence: number | null;
  /** null: the organizer is told nothing, or by the client itself. */
  reply: ReplyWish | null;
}

/**
 * not-a-request: no such item, or none that could be answered. not-recurring: an occurrence of what has none.
 * no-occurrence: the series has none at that time. not-kept: it cannot be written.
 */
export type ResponseResult =
  | { kind: 'answered'; eventId: string | null }
  | { kind: 'not-a-request' | 'not-recurring' | 'no-occurrence' | 'not-kept' };

export interface Responder extends CalendarOf {
  owner: Owner;
  /** Who answers in the owner's place. */
  actor?: Actor;
}

type Services = SchedulingServices & { blobs: Pick<BlobStore, 'readRange'> };

/** An answer that comes again within this time is the same one. */
const REPEAT_MS = 5 * 60_000;

/** Repeating it changes nothing, and tells the organizer nothing twice. */
export async function respondToMeeting(
  services: Services,
  responder: Responder,
  request: ResponseRequest,
): Promise<ResponseResult> {
  const [message] = await responder.mailbox.messages([request.itemId]);
  return message === undefined
    ? untilUnchanged(() => respondInCalendar(services, responder, request))
    : respondToMessage(services, responder, message, request);
}

/** A request in the Inbox: it goes to Deleted Items when it is answered, as Exchange has it. */
async function respondToMessage(
  services: Services,
  responder: Responder,
  message: Message,
  request: ResponseRequest,
): Promise<ResponseResult> {
  const { meeting, messageClass } = message;
  if (meeting === null || messageClass !== 'IPM.Schedule.Meeting.Request') return { kind: 'not-a-request' };
  if (request.occurrence !== null) return { kind: 'no-occurrence' };
  const organizer = meeting.organizer;
  if (organizer === null || responder.owner.isSelf(organizer.address)) return { kind: 'not-a-request' };
  const result = await untilUnchanged(async () => {
    const item = await itemOf(services, responder, message, request.answer);
    if (item === null) return { kind: 'not-kept' } as const;
    // This and following is an event of its own by now.
    const at = meeting.following === true ? null : meeting.recurrenceAt;
    const key =
      at === null || item.document.recurrenceId !== undefined ? null : findOccurrence(item.document, at);
    // An occurrence that is gone from the series was declined before, or cancelled.
    if (at !== null && key === null && item.document.recurrenceId === undefined)
      return { kind: 'not-kept' } as const;
    return answerItem(services, responder, item, key, request);
  });
  if (result.kind === 'answered') await binMeeting(services, responder, message);
  return result;
}

/** The event of a request: put there now when nothing has done so yet, or its owner has removed it since. */
async function itemOf(
  services: Services,
  responder: Responder,
  message: Message,
  answer: Answer,
): Promise<EventItem | null> {
  const uid = message.meeting?.uid ?? '';
  const known = await present(responder, message, uid);
  if (known !== null) return known;
  if (answer === 'declined') {
    // Perhaps this very answer has removed it.
    const [removed] = await responder.mailbox.pimItems([await meetingItemId(responder.ref, uid)]);
    if (removed?.kind === 'event') return removed;
  }
  const itip = await readMeeting(services.blobs, responder.mailbox, message);
  if (itip === null) return null;
  const writer = { from: message.from.map(({ address }) => address), verdict: message.verdict };
  await takeMeeting(services, { ...responder, message, writer }, itip);
  return present(responder, message, uid);
}

async function present(
  { mailbox }: Responder,
  { meeting }: Pick<Message, 'meeting'>,
  uid: string,
): Promise<EventItem | null> {
  const { whole, orphans } = await knownMeeting(mailbox, uid);
  if (whole !== null || meeting?.recurrenceAt == null) return whole;
  const { recurrenceAt } = meeting;
  return (
    orphans.find(({ startsAt }) => startsAt !== null && Math.abs(startsAt - recurrenceAt) < 86_400_000) ??
    orphans[0] ??
    null
  );
}

/** An event of the calendar itself. */
async function respondInCalendar(
  services: Services,
  responder: Responder,
  request: ResponseRequest,
): Promise<ResponseResult> {
  const [item] = await responder.mailbox.pimItems([request.itemId]);
  if (item?.kind !== 'event') return { kind: 'not-a-request' };
  const organizer = organizerOf(item.document);
  if (organizer === null || responder.owner.isSelf(organizer.address)) return { kind: 'not-a-request' };
  if (request.occurrence === null) return answerItem(services, responder, item, null, request);
  if (!recurs(item.document)) return { kind: 'not-recurring' };
  const key = findOccurrence(item.document, request.occurrence);
  if (key === null) return { kind: 'no-occurrence' };
  return answerItem(services, responder, item, key, request);
}

async function answerItem(
  services: Services,
  responder: Responder,
  item: EventItem,
  key: LocalDateTime | null,
  { answer, reply }: ResponseRequest,
): Promise<ResponseResult> {
  const { document, itemId } = item;
  if (key !== null && isExcluded(document, key)) {
    return answer === 'declined' ? { kind: 'answered', eventId: null } : { kind: 'no-occurrence' };
  }
  const event = key === null ? document : occurrenceOf(document, key);
  const at = answeredAt(event, answer, services.now());
  if (reply !== null) await send(services, responder, event, { answer, reply, at, key });
  const answered = answeredEvent(event, answer, at, responder.owner);
  if (answer === 'declined' && key === null) {
    // Written down first: in Deleted Items it is to be seen what was said.
    const put = await putMeeting(services, responder, { itemId, present: item, event: answered });
    if (put === null) return { kind: 'not-kept' };
    await binMeeting(services, responder, item);
    return { kind: 'answered', eventId: null };
  }
  const next =
    key === null
      ? answered
      : answer === 'declined'
        ? withoutOccurrence(document, key)
        : withOccurrence(document, answered, key);
  const put = await putMeeting(services, responder, { itemId, present: item, event: next });
  if (put === null) return { kind: 'not-kept' };
  return { kind: 'answered', eventId: answer === 'declined' ? null : itemId };
}

/** When it was answered: the same answer soon again is a repeat of the first. */
function answeredAt(event: CalendarEvent, answer: Answer, now: number): number {
  const before = event['waypost:response'];
  const at = Date.parse(before?.at ?? '');
  if (Number.isNaN(at)) return now;
  // Organizers tell answers apart by the second in which they were given.
  return before?.type === answer && now - at < REPEAT_MS ? at : Math.max(now, at + 1000);
}

async function send(
  services: Services,
  responder: Responder,
  event: CalendarEvent,
  { answer, reply, at, key }: { answer: Answer; reply: ReplyWish; at: number; key: string | null },
): Promise<void> {
  const { ref } = responder;
  const second = String(Math.floor(at / 1000));
  const said = JSON.stringify([reply.note, reply.proposed]);
  const submissionId = await submissionIdOf(
    'answer',
    ref.tenantId,
    ref.mailboxId,
    event.uid,
    key ?? '',
    answer,
    second,
    said,
  );
  await sendReply(services, responder, event, { ...reply, answer, at, submissionId, automatic: false });
}
