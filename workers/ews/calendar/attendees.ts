import type { XmlObject } from '../../../codecs/soap/write.ts';
import { parseUtc } from '../../../core/calendar/time/civil.ts';
import type { CalendarEvent, Participant, ParticipationStatus } from '../../../core/calendar/types.ts';
import type { OwnResponse } from '../../../core/scheduling/meeting.ts';
import { addressOf, attendeesOf } from '../../../core/scheduling/people.ts';
import { mailboxElement } from '../items/address.ts';
import { isoTime } from '../items/time.ts';

export type AttendeeKind = 'required' | 'optional' | 'resource';

export const RESPONSES: Readonly<Record<ParticipationStatus, string>> = {
  accepted: 'Accept',
  tentative: 'Tentative',
  declined: 'Decline',
  'needs-action': 'Unknown',
  delegated: 'Unknown',
};

export const OWN_RESPONSES: Readonly<Record<OwnResponse, string>> = {
  none: 'Unknown',
  organizer: 'Organizer',
  accepted: 'Accept',
  tentative: 'Tentative',
  declined: 'Decline',
  unanswered: 'NoResponseReceived',
};

/** Most people that are told of one meeting. */
const MAX_ATTENDEES = 1000;

export function attendeeKind({ kind, roles }: Participant): AttendeeKind {
  if (kind === 'resource' || kind === 'location') return 'resource';
  return roles['optional'] === true || roles['informational'] === true ? 'optional' : 'required';
}

/** Lists of attendees in which who holds the meeting stands too: only when that is said. */
export function hostKinds({ roles }: Participant): AttendeeKind[] {
  if (roles['owner'] !== true || roles['attendee'] !== true) return [];
  const said = (['required', 'optional', 'resource'] as const).filter((kind) => roles[kind] === true);
  return said.length === 0 ? ['required'] : said;
}

export function hostsOf(event: CalendarEvent): [string, Participant][] {
  return Object.entries(event.participants ?? {}).filter(([, one]) => hostKinds(one).length > 0);
}

export function attendeesAs(event: CalendarEvent, kind: AttendeeKind): [string, Participant][] {
  return [
    ...hostsOf(event).filter(([, one]) => hostKinds(one).includes(kind)),
    ...attendeesOf(event).filter(([, one]) => attendeeKind(one) === kind),
  ];
}

/** RequiredAttendees, OptionalAttendees or Resources; null where there are none. */
export function attendeesElement(event: CalendarEvent, kind: AttendeeKind): XmlObject | null {
  const list = attendeesAs(event, kind).slice(0, MAX_ATTENDEES);
  if (list.length === 0) return null;
  return { Attendee: list.map(([, one]) => attendeeElement(one)) };
}

/** The same in an invitation: who holds the meeting comes first among those who are required, and nowhere else. */
export function invitedElement(event: CalendarEvent, kind: AttendeeKind): XmlObject | null {
  const hosts = Object.values(event.participants ?? {}).filter(({ roles }) => roles['owner'] === true);
  const others = attendeesOf(event).filter(([, one]) => attendeeKind(one) === kind);
  const list = [...(kind === 'required' ? hosts.slice(0, 1) : []), ...others.map(([, one]) => one)];
  return list.length === 0 ? null : { Attendee: list.slice(0, MAX_ATTENDEES).map(attendeeElement) };
}

function attendeeElement(one: Participant): XmlObject {
  const address = addressOf(one);
  const said = parseUtc(one.scheduleUpdated);
  const status = one.participationStatus ?? 'needs-action';
  const proposed = one['waypost:proposed'];
  return {
    Mailbox: mailboxElement({ name: one.name ?? '', address }),
    ResponseType: one.roles['owner'] === true ? 'Organizer' : RESPONSES[status],
    ...(said === null || status === 'needs-action' ? {} : { LastResponseTime: isoTime(said) }),
    ...(proposed === undefined ? {} : { ProposedStart: proposed.start, ProposedEnd: proposed.end }),
  };
}
