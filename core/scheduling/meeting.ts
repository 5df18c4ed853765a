/** Meetings as their owner and those who are invited have them in their calendars. */
import type { CalendarEvent, Participant } from '../calendar/types.ts';
import { attendeesOf, organizerOf, participantOf } from './people.ts';

/** The owner of the mailbox. */
export interface Self {
  address: string;
  name: string;
  /** Whether an address, however it is written, is one of theirs. */
  isSelf(address: string): boolean;
  /** IANA name; floating and all-day events are meant in it. */
  zone: string;
}

/** Whether the event is held by the owner of the mailbox: also one without participants. */
export function isOrganizer(event: CalendarEvent, self: Self): boolean {
  const organizer = organizerOf(event);
  return organizer === null || self.isSelf(organizer.address);
}

/** What the owner of the mailbox has answered; none: there is nothing to answer. */
export type OwnResponse = 'none' | 'organizer' | 'tentative' | 'accepted' | 'declined' | 'unanswered';

export function responseOf(event: CalendarEvent, self: Self): OwnResponse {
  if (Object.keys(event.participants ?? {}).length === 0) return 'none';
  if (isOrganizer(event, self)) return 'organizer';
  const said = event['waypost:response']?.type;
  if (said === 'tentative' || said === 'accepted' || said === 'declined') return said;
  const own = participantOf(event, self.isSelf)?.[1].participationStatus;
  return own === 'tentative' || own === 'accepted' || own === 'declined' ? own : 'unanswered';
}

export function isResponseRequested(event: CalendarEvent, self: Self): boolean {
  if (isOrganizer(event, self)) return attendeesOf(event).some(([, one]) => one.expectReply === true);
  return participantOf(event, self.isSelf)?.[1].expectReply === true;
}

export function withoutPeople(event: CalendarEvent): CalendarEvent {
  const { participants: _participants, replyTo: _replyTo, ...rest } = event;
  return rest;
}

/** Participants that are no attendees: the organizer, made if there is none (PROTOCOL row 13). */
export function ownersOf(
  event: CalendarEvent,
  { name, address }: { name: string; address: string },
  attendees: readonly [string, Participant][],
): Record<string, Participant> {
  const invited = new Set(attendeesOf(event).map(([id]) => id));
  const kept = Object.entries(event.participants ?? {}).filter(([id]) => !invited.has(id));
  if (kept.some(([, one]) => one.roles['owner'] === true)) return Object.fromEntries(kept);
  const taken = new Set([...kept, ...attendees].map(([id]) => id));
  const owner: Participant = {
    '@type': 'Participant',
    ...(name === '' ? {} : { name }),
    email: address,
    sendTo: { imip: `mailto:${address}` },
    roles: { owner: true },
  };
  return { [freeId('organizer', taken)]: owner, ...Object.fromEntries(kept) };
}

export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted}${n}`;
  return id;
}

/** Somebody who is invited now. */
export function invited(name: string, email: string, expectReply: boolean): Participant {
  return {
    '@type': 'Participant',
    ...(name === '' || name === email ? {} : { name }),
    email,
    // What is no address is kept as it was written, and nothing is sent to it (MS-ASCAL 2.2.2.19).
    ...(/^[^\s@<>"]+@[^\s@<>"]+$/.test(email) ? { sendTo: { imip: `mailto:${email}` } } : {}),
    roles: { attendee: true },
    ...(expectReply ? { expectReply: true } : {}),
  };
}
