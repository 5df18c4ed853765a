import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import type { CalendarObject, Participant, ParticipationStatus } from '../types.ts';
import { all, first, param, textOf } from './values.ts';

const KINDS: Record<string, Participant['kind']> = {
  INDIVIDUAL: 'individual',
  GROUP: 'group',
  RESOURCE: 'resource',
  ROOM: 'location',
};
const ROLES: Record<string, string> = {
  CHAIR: 'chair',
  'OPT-PARTICIPANT': 'optional',
  'NON-PARTICIPANT': 'informational',
};
const STATUSES: readonly ParticipationStatus[] = [
  'needs-action',
  'accepted',
  'declined',
  'tentative',
  'delegated',
];
/** Parameters that have a place in a participant; the rest is kept as it is. */
const KNOWN = new Set(['cn', 'cutype', 'role', 'partstat', 'rsvp', 'schedule-agent', 'email']);

function addressOf(property: ICalProperty): string | null {
  const value = textOf(property)?.trim() ?? '';
  const email =
    /^mailto:(.+)$/i.exec(value)?.[1] ?? param(property, 'email') ?? (value.includes('@') ? value : null);
  return email === null ? null : decoded(email.split('?')[0] ?? email).trim();
}

function decoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}

/** ORGANIZER and ATTENDEE (RFC 5545 3.8.4.1, 3.8.4.3). Ids are 1, 2, … in their order, the organizer's is `organizer`. */
export function readPeople(component: ICalComponent): Pick<CalendarObject, 'participants' | 'replyTo'> {
  const people: Record<string, Participant> = {};
  const organizer = first(component, 'organizer');
  const owner = organizer === null ? null : addressOf(organizer);
  let ownerId: string | null = null;
  for (const [i, property] of all(component, 'attendee').entries()) {
    const person = attendee(property);
    if (owner !== null && ownerId === null && person.email?.toLowerCase() === owner.toLowerCase()) {
      ownerId = String(i + 1);
      person.roles['owner'] = true;
    }
    people[String(i + 1)] = person;
  }
  const uri = textOf(organizer)?.trim() ?? '';
  if (organizer !== null && ownerId === null && uri !== '') {
    people['organizer'] = { ...person(organizer), roles: { owner: true } };
  }
  return {
    ...(Object.keys(people).length === 0 ? {} : { participants: people }),
    ...(uri === '' ? {} : { replyTo: { imip: owner === null ? uri : `mailto:${owner}` } }),
  };
}

function person(property: ICalProperty): Participant {
  const email = addressOf(property);
  const name = param(property, 'cn');
  const kind = KINDS[(param(property, 'cutype') ?? '').toUpperCase()];
  const agent = (param(property, 'schedule-agent') ?? '').toLowerCase();
  const rest = Object.entries(property.params).filter(([key]) => !KNOWN.has(key));
  return {
    '@type': 'Participant',
    ...(name === null ? {} : { name }),
    ...(email === null ? {} : { email }),
    sendTo: email === null ? { other: textOf(property) ?? '' } : { imip: `mailto:${email}` },
    ...(kind === undefined ? {} : { kind }),
    roles: {},
    ...(agent === 'client' || agent === 'none' ? { scheduleAgent: agent } : {}),
    ...(rest.length === 0 ? {} : { 'waypost:ical': Object.fromEntries(rest) }),
  };
}

function attendee(property: ICalProperty): Participant {
  const result = person(property);
  const role = ROLES[(param(property, 'role') ?? '').toUpperCase()];
  result.roles = { attendee: true, ...(role === undefined ? {} : { [role]: true }) };
  const status = (param(property, 'partstat') ?? '').toLowerCase();
  const known = STATUSES.find((one) => one === status);
  if (known !== undefined) result.participationStatus = known;
  if ((param(property, 'rsvp') ?? '').toUpperCase() === 'TRUE') result.expectReply = true;
  return result;
}
