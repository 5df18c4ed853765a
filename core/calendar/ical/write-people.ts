import type { ICalProperty } from '../../../codecs/ical/index.ts';
import type { CalendarObject, Participant } from '../types.ts';
import { type Params, property } from './build.ts';

const KINDS = { individual: 'INDIVIDUAL', group: 'GROUP', resource: 'RESOURCE', location: 'ROOM' } as const;

function uriOf({ email, sendTo }: Participant): string | null {
  if (email !== undefined && email !== '') return `mailto:${email}`;
  return sendTo?.['imip'] ?? Object.values(sendTo ?? {})[0] ?? null;
}

function paramsOf(person: Participant): Params {
  return {
    ...(person.name === undefined || person.name === '' ? {} : { cn: person.name }),
    ...(person.kind === undefined ? {} : { cutype: KINDS[person.kind] }),
    ...(person.scheduleAgent === 'client' || person.scheduleAgent === 'none'
      ? { 'schedule-agent': person.scheduleAgent.toUpperCase() }
      : {}),
    ...person['waypost:ical'],
  };
}

function attendeeProperty(person: Participant): ICalProperty | null {
  const uri = uriOf(person);
  if (uri === null) return null;
  const { roles } = person;
  const role = roles['chair']
    ? 'CHAIR'
    : roles['optional']
      ? 'OPT-PARTICIPANT'
      : roles['informational']
        ? 'NON-PARTICIPANT'
        : null;
  return property('attendee', 'cal-address', uri, {
    ...paramsOf(person),
    ...(role === null ? {} : { role }),
    ...(person.participationStatus === undefined
      ? {}
      : { partstat: person.participationStatus.toUpperCase() }),
    ...(person.expectReply === true ? { rsvp: 'TRUE' } : {}),
  });
}

/** ORGANIZER, and ATTENDEE of everybody who attends. */
export function peopleProperties({ participants, replyTo }: CalendarObject): ICalProperty[] {
  const people = Object.values(participants ?? {});
  const owner = people.find(({ roles }) => roles['owner']);
  const uri = replyTo?.['imip'] ?? (owner === undefined ? null : uriOf(owner));
  const written: ICalProperty[] = [];
  if (uri !== null && uri !== undefined) {
    // What an owner who attends says in parameters stands with the ATTENDEE.
    const attends = owner?.roles['attendee'] === true;
    const params =
      owner === undefined ? {} : attends ? { ...(owner.name ? { cn: owner.name } : {}) } : paramsOf(owner);
    written.push(property('organizer', 'cal-address', uri, params));
  }
  for (const person of people) {
    const others = Object.keys(person.roles).filter((role) => role !== 'owner');
    if (others.length === 0) continue;
    const line = attendeeProperty(person);
    if (line !== null) written.push(line);
  }
  return written;
}
