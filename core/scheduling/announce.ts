/** What attendees have to be told of a meeting: the difference between what they know and what it is now. */
import type { CalendarEvent, LocalDateTime, Participant } from '../calendar/types.ts';
import { sameJson } from './equal.ts';
import { isExcluded, occurrenceOf, recurs } from './occurrence.ts';
import { addressOf, attendeesOf, organizerOf, sameAddress } from './people.ts';
import type { MeetingPerson } from './types.ts';

/** One message to some of the attendees. */
export interface Announcement {
  method: 'REQUEST' | 'CANCEL';
  /** The whole event, or one occurrence of it (with `recurrenceId`). */
  event: CalendarEvent;
  to: MeetingPerson[];
}

export interface AnnouncementPlan {
  /** Its sequence raised where time, place or recurrence changed (RFC 5546 2.1.4). */
  event: CalendarEvent;
  messages: Announcement[];
}

/** What is no matter of the attendees: each keeps these for themselves, or they change by their own answers. */
const OWN: ReadonlySet<string> = new Set([
  'updated',
  'created',
  'alerts',
  'keywords',
  'color',
  'sequence',
  'prodId',
  'participants',
  'replyTo',
  'method',
  'locale',
  'recurrenceOverrides',
  'waypost:ical',
  'waypost:clientUid',
  'waypost:response',
  'waypost:forwardees',
  'waypost:busy',
  'waypost:intendedBusy',
  'freeBusyStatus',
]);

/** A change of these asks for new answers (RFC 5546 2.1.4). */
const WEIGHTY = [
  'start',
  'duration',
  'timeZone',
  'showWithoutTime',
  'recurrenceRules',
  'excludedRecurrenceRules',
  'locations',
  'status',
] as const;

/** Most messages that one change brings forth; more than these are told as one of the whole series. */
const MAX_OCCURRENCES = 50;

/**
 * The messages that bring the attendees from what they were `told` (null: nothing) to what is so `now` (null: there is
 * no meeting any more), both in the form in which they are told. People who come and go are told alone, the others only when something concerns them.
 */
export function planAnnouncement(
  told: CalendarEvent | null,
  present: CalendarEvent | null,
): AnnouncementPlan | null {
  const now = present === null ? null : toldForm(present);
  if (now === null || now.status === 'cancelled') return told === null ? null : cancelled(told, now);
  const event = numbered(told, now);
  if (told === null) {
    const to = peopleOf(event);
    return { event, messages: to.length === 0 ? [] : [{ method: 'REQUEST', event, to }] };
  }
  const [before, after] = [peopleOf(told), peopleOf(event)];
  const gone = before.filter((one) => !includes(after, one));
  const stayed = after.filter((one) => includes(before, one));
  const messages: Announcement[] = [];
  if (gone.length > 0) {
    const { sequence: _, ...known } = told;
    messages.push({ method: 'CANCEL', event: { ...known, sequence: (event.sequence ?? 0) + 1 }, to: gone });
  }
  const changed = occurrencesThatChanged(told, event);
  const whole = seriesChanged(told, event) || changed.length > MAX_OCCURRENCES;
  if (whole) {
    messages.push({ method: 'REQUEST', event, to: after });
    return { event, messages: messages.filter(({ to }) => to.length > 0) };
  }
  const came = after.filter((one) => !includes(before, one));
  if (came.length > 0) messages.push({ method: 'REQUEST', event, to: came });
  for (const key of changed) messages.push(...occurrenceMessages(told, event, key, stayed));
  return { event, messages: messages.filter(({ to }) => to.length > 0) };
}

/** Of a plan, what concerns those alone who were not invited before, or are not any more: the others hear nothing of it. */
export function onlyToChanged(told: CalendarEvent | null, plan: AnnouncementPlan): AnnouncementPlan {
  if (told === null) return plan;
  const messages = plan.messages.map((message): Announcement => {
    const { method, event, to } = message;
    const key = event.recurrenceId;
    const before = peopleOf(key === undefined ? told : occurrenceOf(told, key));
    const left = method === 'CANCEL' && event.status !== 'cancelled';
    return { ...message, to: left ? to : to.filter((one) => !includes(before, one)) };
  });
  return { ...plan, messages: messages.filter(({ to }) => to.length > 0) };
}

/** All attendees, or those of an occurrence. */
function peopleOf(event: CalendarEvent): MeetingPerson[] {
  const people: MeetingPerson[] = [];
  for (const [, one] of attendeesOf(event)) {
    const person = { name: one.name ?? '', address: addressOf(one) };
    if (one.scheduleAgent !== 'client' && one.scheduleAgent !== 'none' && !includes(people, person)) {
      people.push(person);
    }
  }
  return people;
}

function includes(people: readonly MeetingPerson[], { address }: MeetingPerson): boolean {
  return people.some((one) => sameAddress(one.address, address));
}

function cancelled(told: CalendarEvent, now: CalendarEvent | null): AnnouncementPlan {
  const sequence = Math.max(told.sequence ?? 0, now?.sequence ?? 0) + 1;
  const event: CalendarEvent = { ...told, sequence, status: 'cancelled' };
  const to = peopleOf(told);
  const messages: Announcement[] = to.length === 0 ? [] : [{ method: 'CANCEL', event, to }];
  return { event: now === null ? event : { ...now, sequence }, messages };
}

/** A higher number where what was told changes in weight; and then everybody is asked anew. */
function numbered(told: CalendarEvent | null, now: CalendarEvent): CalendarEvent {
  const known = told?.sequence ?? 0;
  const said = now.sequence ?? 0;
  if (told === null) return asking(now, false);
  const moved = WEIGHTY.some((name) => !sameJson(told[name], now[name]));
  const event = asking(now, moved);
  if (said > known) return event;
  const changed = occurrencesThatChanged(told, now).some((key) => {
    const [a, b] = [occurrenceOf(told, key), occurrenceOf(now, key)];
    return (
      WEIGHTY.some((name) => !sameJson(a[name], b[name])) || isExcluded(told, key) !== isExcluded(now, key)
    );
  });
  return { ...event, sequence: moved || changed ? known + 1 : known };
}

/** Attendees who have not been asked yet, or all of them, have no answer. */
function asking(event: CalendarEvent, anew: boolean): CalendarEvent {
  const asked = attendeesOf(event)
    .filter(([, { participationStatus }]) => anew || participationStatus === undefined)
    .map(([id, one]): [string, Participant] => {
      const { participationComment: _, 'waypost:proposed': __, ...rest } = one;
      return [id, { ...rest, participationStatus: 'needs-action' }];
    });
  if (asked.length === 0) return event;
  return { ...event, participants: { ...event.participants, ...Object.fromEntries(asked) } };
}

/** Whether what is so of all occurrences is another thing than before. */
function seriesChanged(told: CalendarEvent, now: CalendarEvent): boolean {
  const names = new Set([...Object.keys(told), ...Object.keys(now)]);
  const others = told as unknown as Record<string, unknown>;
  const these = now as unknown as Record<string, unknown>;
  for (const name of names) if (!OWN.has(name) && !sameJson(others[name], these[name])) return true;
  return !sameJson(rolesOf(told, now), rolesOf(now, told));
}

/** What attendees see of each other, of those who stand in both. */
function rolesOf(event: CalendarEvent, other: CalendarEvent): unknown {
  const stays = peopleOf(other);
  return attendeesOf(event)
    .map(([, one]) => ({ address: addressOf(one), roles: one.roles, kind: one.kind ?? 'individual' }))
    .filter(({ address }) => includes(stays, { name: '', address }))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function occurrencesThatChanged(told: CalendarEvent, now: CalendarEvent): LocalDateTime[] {
  if (!recurs(now) && !recurs(told)) return [];
  const keys = new Set([
    ...Object.keys(told.recurrenceOverrides ?? {}),
    ...Object.keys(now.recurrenceOverrides ?? {}),
  ]);
  return [...keys].filter((key) => !sameJson(shown(told, key), shown(now, key))).sort();
}

/** An occurrence as attendees see it. */
function shown(event: CalendarEvent, key: LocalDateTime): unknown {
  const patch = event.recurrenceOverrides?.[key];
  if (patch?.['excluded'] === true) return 'excluded';
  const occurrence = occurrenceOf(event, key) as unknown as Record<string, unknown>;
  const seen = Object.entries(occurrence).filter(([name]) => !OWN.has(name));
  return { ...Object.fromEntries(seen), people: peopleOf(occurrence as unknown as CalendarEvent) };
}

function occurrenceMessages(
  told: CalendarEvent,
  now: CalendarEvent,
  key: LocalDateTime,
  stayed: readonly MeetingPerson[],
): Announcement[] {
  const sequence = now.sequence ?? 0;
  const known = { ...occurrenceOf(told, key), sequence };
  if (now.recurrenceOverrides?.[key]?.['excluded'] === true) {
    return [{ method: 'CANCEL', event: { ...known, status: 'cancelled' }, to: [...stayed] }];
  }
  const event = { ...occurrenceOf(now, key), sequence };
  const [before, after] = [peopleOf(known), peopleOf(event)];
  const gone = before.filter((one) => !includes(after, one) && includes(stayed, one));
  return [
    { method: 'REQUEST', event, to: after },
    ...(gone.length === 0 ? [] : [{ method: 'CANCEL' as const, event: known, to: gone }]),
  ];
}

/** An event as it is told to attendees: without what its owner keeps for themselves. */
export function toldForm(event: CalendarEvent): CalendarEvent {
  const {
    alerts: _,
    keywords: __,
    color: ___,
    'waypost:ical': ____,
    'waypost:clientUid': _____,
    'waypost:response': ______,
    links: _______,
    ...rest
  } = event;
  return rest;
}

/** Whether this is a meeting of the calendar's owner, which others are invited to. */
export function isOwnMeeting(event: CalendarEvent, isSelf: (address: string) => boolean): boolean {
  const organizer = organizerOf(event);
  return organizer !== null && isSelf(organizer.address) && attendeesOf(event).length > 0;
}

/** A participant of the event with this address, added when there is none. */
export function withAttendee(
  event: CalendarEvent,
  id: string,
  { name, address }: MeetingPerson,
): CalendarEvent {
  if (includes(peopleOf(event), { name, address })) return event;
  const participant: Participant = {
    '@type': 'Participant',
    ...(name === '' ? {} : { name }),
    email: address,
    sendTo: { imip: `mailto:${address}` },
    roles: { attendee: true, optional: true },
    participationStatus: 'needs-action',
    expectReply: true,
  };
  return { ...event, participants: { ...event.participants, [id]: participant } };
}
