import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../../codecs/wbxml/index.ts';
import { parseUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent, Participant, ParticipationStatus } from '../../../../core/calendar/types.ts';
import {
  freeId,
  invited,
  isOrganizer,
  isResponseRequested,
  ownersOf,
  responseOf,
  type Self,
  withoutPeople,
} from '../../../../core/scheduling/meeting.ts';
import { addressOf, attendeesOf, organizerOf, sameAddress } from '../../../../core/scheduling/people.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { formatCompact, wholeOf } from './wire.ts';

const MAX_ATTENDEES = 1000;
const MAX_TEXT = 320;

/** Bits of MeetingStatus (MS-ASCAL 2.2.2.28). */
const MEETING = 1;
const RECEIVED = 2;
const CANCELLED = 4;
const MEETING_STATUSES = [0, 1, 3, 5, 7, 9, 11, 13, 15];

/** 0 is an appointment; a meeting is what has participants. */
export function meetingStatusOf(event: CalendarEvent, self: Self): number {
  if (Object.keys(event.participants ?? {}).length === 0) return 0;
  const received = isOrganizer(event, self) ? 0 : RECEIVED;
  return MEETING | received | (event.status === 'cancelled' ? CANCELLED : 0);
}

const STATUS: Record<ParticipationStatus, number> = {
  tentative: 2,
  accepted: 3,
  declined: 4,
  'needs-action': 5,
  delegated: 0,
};

/** AttendeeStatus (MS-ASCAL 2.2.2.5). */
function attendeeStatus({ participationStatus }: Participant): number {
  return participationStatus === undefined ? 0 : STATUS[participationStatus];
}

/** AttendeeType (MS-ASCAL 2.2.2.6): 1 required, 2 optional, 3 resource. */
function attendeeType({ kind, roles }: Participant): number {
  if (kind === 'resource' || kind === 'location') return 3;
  return roles['optional'] === true || roles['informational'] === true ? 2 : 1;
}

/** OrganizerName and OrganizerEmail: of what has none it is the owner of the mailbox. */
export function organizerElements(event: CalendarEvent, self: Self): WbxmlNode[] {
  const organizer = organizerOf(event) ?? { name: self.name, address: self.address };
  const name = organizer.name || (self.isSelf(organizer.address) ? self.name : organizer.address);
  return [el('Calendar:OrganizerName', name), el('Calendar:OrganizerEmail', organizer.address)];
}

export function attendeesElement(event: CalendarEvent, version: Version): WbxmlNode | null {
  const attendees = attendeesOf(event);
  if (attendees.length === 0) return null;
  return el(
    'Calendar:Attendees',
    attendees.slice(0, MAX_ATTENDEES).map(([, one]) => {
      const proposed = atLeast(version, '16.1') ? one['waypost:proposed'] : undefined;
      return el(
        'Calendar:Attendee',
        el('Calendar:Email', addressOf(one)),
        // One is required (MS-ASCAL 2.2.2.3).
        el('Calendar:Name', one.name || addressOf(one)),
        el('Calendar:AttendeeStatus', attendeeStatus(one)),
        el('Calendar:AttendeeType', attendeeType(one)),
        proposed === undefined ? null : proposedElement('ProposedStartTime', proposed.start),
        proposed === undefined ? null : proposedElement('ProposedEndTime', proposed.end),
      );
    }),
  );
}

function proposedElement(name: string, time: string): WbxmlNode | null {
  const at = parseUtc(time);
  return at === null ? null : el(`MeetingResponse:${name}`, formatCompact(at / 1000));
}

/** What the owner of the mailbox is to answer, and has answered (14.0 and later). */
export function responseElements(event: CalendarEvent, self: Self): WbxmlNode[] {
  const type = RESPONSES[responseOf(event, self)];
  const at = parseUtc(event['waypost:response']?.at);
  return [
    el('Calendar:ResponseRequested', isResponseRequested(event, self)),
    // Only of what was answered (MS-ASCAL 3.2.5).
    at !== null && type >= 2 && type <= 4
      ? el('Calendar:AppointmentReplyTime', formatCompact(at / 1000))
      : null,
    el('Calendar:ResponseType', type),
  ].filter((node) => node !== null);
}

/** ResponseType (MS-ASCAL 2.2.2.40). */
const RESPONSES = { none: 0, organizer: 1, tentative: 2, accepted: 3, declined: 4, unanswered: 5 } as const;

export interface PeopleFrame {
  version: Version;
  self: Self;
  /** Nothing is there yet of which somebody else could be the organizer. */
  isNew: boolean;
  /** Attendees that are not spoken of are gone. */
  clearAttendees: boolean;
}

/** Organizer, attendees and MeetingStatus over those that are there; 'invalid' for Status 6. */
export function takePeople(
  event: CalendarEvent,
  data: WbxmlElement,
  frame: PeopleFrame,
): CalendarEvent | 'invalid' {
  const { version, self, isNew } = frame;
  const status = wholeOf(data, 'Calendar:MeetingStatus', 0, 15);
  if (status === 'invalid' || (status !== undefined && !MEETING_STATUSES.includes(status))) return 'invalid';
  // Who else's meeting it is says the server alone: a device has but a copy.
  if (!isNew && !isOrganizer(event, self)) return event;
  const element = child(data, 'Calendar:Attendees');
  const organizer = isNew ? givenOrganizer(data, status, frame) : organizerOf(event);
  const others = attendeesOf(event);
  const asked = asksForReply(data, version);
  if (asked === 'invalid') return 'invalid';
  const attendees =
    element === undefined
      ? frame.clearAttendees
        ? []
        : others.map(([id, one]): [string, Participant] => [id, withReply(one, asked)])
      : readAttendees(element, others, { version, self, organizer, asked });
  if (attendees === 'invalid') return 'invalid';
  const isMeeting =
    attendees.length > 0 || (status === undefined ? organizer !== null : (status & MEETING) !== 0);
  if (!isMeeting) return withoutPeople(event);
  const owner = organizer ?? { name: self.name, address: self.address };
  const next: CalendarEvent = {
    ...event,
    replyTo: event.replyTo ?? { imip: `mailto:${owner.address}` },
    participants: { ...ownersOf(event, owner, attendees), ...Object.fromEntries(attendees) },
  };
  if (status === undefined || ((status & CANCELLED) !== 0) === (event.status === 'cancelled')) return next;
  const { status: _status, ...active } = next;
  return (status & CANCELLED) === 0 ? active : { ...next, status: 'cancelled' };
}

/** Up to 14.1 a device may bring a meeting of somebody else; from 16.0 on what it makes is its owner's. */
function givenOrganizer(
  data: WbxmlElement,
  status: number | undefined,
  { version, self }: PeopleFrame,
): { name: string; address: string } | null {
  if (status === undefined || status === 0 || atLeast(version, '16.0')) return null;
  const address = (textOf(data, 'Calendar:OrganizerEmail') ?? '').trim().slice(0, MAX_TEXT);
  if (address === '' || ((status & RECEIVED) === 0 && !self.isSelf(address))) return null;
  const name = (textOf(data, 'Calendar:OrganizerName') ?? '').trim().slice(0, MAX_TEXT);
  return { name: name || (self.isSelf(address) ? self.name : ''), address };
}

/** ResponseRequested (14.0 and later), undefined where the device does not say. */
function asksForReply(data: WbxmlElement, version: Version): boolean | undefined | 'invalid' {
  if (!atLeast(version, '14.0')) return undefined;
  const text = child(data, 'Calendar:ResponseRequested')?.text.trim().toLowerCase();
  if (text === undefined) return undefined;
  if (text === '0' || text === 'false') return false;
  return text === '' || text === '1' || text === 'true' ? true : 'invalid';
}

function withReply(one: Participant, asked: boolean | undefined): Participant {
  if (asked === undefined || (one.expectReply === true) === asked) return one;
  const { expectReply: _expectReply, ...rest } = one;
  return asked ? { ...rest, expectReply: true } : rest;
}

interface AttendeeFrame {
  version: Version;
  self: Self;
  organizer: { address: string } | null;
  asked: boolean | undefined;
}

function readAttendees(
  element: WbxmlElement,
  before: [string, Participant][],
  frame: AttendeeFrame,
): [string, Participant][] | 'invalid' {
  const elements = children(element, 'Calendar:Attendee');
  if (elements.length > MAX_ATTENDEES) return 'invalid';
  const read: [string, Participant][] = [];
  const taken = new Set(before.map(([id]) => id));
  // What the others were asked holds for those who come later.
  const usual = before.length === 0 ? true : before.some(([, one]) => one.expectReply === true);
  for (const one of elements) {
    const type = wholeOf(one, 'Calendar:AttendeeType', 1, 3);
    const status = wholeOf(one, 'Calendar:AttendeeStatus', 0, 5);
    if (type === 'invalid' || status === 'invalid' || status === 1) return 'invalid';
    const name = (textOf(one, 'Calendar:Name') ?? '').trim().slice(0, MAX_TEXT);
    const email = (textOf(one, 'Calendar:Email') ?? '').trim().slice(0, MAX_TEXT);
    const known = before.find(([, p]) => (email === '' ? name !== '' && p.name === name : isAt(p, email)));
    // Some versions of Outlook leave the addresses out of a Change.
    if (known === undefined && email === '') continue;
    if (known === undefined && isHost(email, frame)) continue;
    if (read.some(([id, p]) => id === known?.[0] || (email !== '' && isAt(p, email)))) continue;
    const id = known?.[0] ?? freeId('attendee', taken);
    taken.add(id);
    const person = known?.[1] ?? invited(name, email, usual);
    const told = atLeast(frame.version, '16.0') ? undefined : status;
    read.push([id, withReply(withStatus(withType(named(person, name), type), told), frame.asked)]);
  }
  return read;
}

function isAt(one: Participant, email: string): boolean {
  return sameAddress(addressOf(one), email);
}

/** Who holds the meeting need not be invited, though some devices do. */
function isHost(email: string, { self, organizer }: AttendeeFrame): boolean {
  return organizer === null ? self.isSelf(email) : sameAddress(organizer.address, email);
}

function named(one: Participant, name: string): Participant {
  return name === '' || name === addressOf(one) || one.name === name ? one : { ...one, name };
}

function withType(one: Participant, type: number | undefined): Participant {
  if (type === undefined || type === attendeeType(one)) return one;
  const { kind: _kind, ...rest } = one;
  const { optional: _optional, informational: _informational, ...roles } = one.roles;
  if (type === 3) return { ...rest, kind: 'resource', roles };
  return { ...rest, roles: { ...roles, attendee: true, ...(type === 2 ? { optional: true } : {}) } };
}

function withStatus(one: Participant, status: number | undefined): Participant {
  if (status === undefined || status === attendeeStatus(one)) return one;
  const { participationStatus: _status, ...rest } = one;
  const said = (Object.keys(STATUS) as ParticipationStatus[]).find((name) => STATUS[name] === status);
  return status === 0 || said === undefined ? rest : { ...rest, participationStatus: said };
}
