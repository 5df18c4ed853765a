/** What an iTIP object says beside the events in it (RFC 5546 3.1). */
import type { ICalComponent, ICalProperty } from '../../codecs/ical/index.ts';
import { parseUtc } from '../calendar/time/civil.ts';
import type { ParticipationStatus } from '../calendar/types.ts';
import { mailto } from './people.ts';
import type { MeetingFacts, MeetingMethod, MeetingPerson } from './types.ts';

const MAX_TEXT = 1000;
const MAX_FORWARDEES = 100;

export function propertyOf({ properties }: ICalComponent, name: string): ICalProperty | undefined {
  return properties.find((one) => one.name === name);
}

export function wordOf(component: ICalComponent, name: string): string {
  const value = propertyOf(component, name)?.values[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function paramOf(property: ICalProperty | undefined, name: string): string {
  const value = property?.params[name];
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim().slice(0, MAX_TEXT);
}

function personOf(property: ICalProperty | undefined): MeetingPerson | null {
  const [value] = property?.values ?? [];
  if (property === undefined || typeof value !== 'string') return null;
  const address = (mailto(value).includes('@') ? mailto(value) : paramOf(property, 'email')).trim();
  return address === '' || address.length > 320 ? null : { name: paramOf(property, 'cn'), address };
}

/** What decides which of two messages is the newer one. */
export function versionFacts(event: ICalComponent): Pick<MeetingFacts, 'sequence' | 'stamp'> {
  const sequence = Number(wordOf(event, 'sequence') || 0);
  const stamp = parseUtc(wordOf(event, 'dtstamp')) ?? parseUtc(wordOf(event, 'last-modified'));
  return {
    sequence: Number.isSafeInteger(sequence) && sequence > 0 ? sequence : 0,
    stamp: stamp ?? 0,
  };
}

/** Who takes part in it, as far as a message about it is concerned. */
export function peopleFacts(
  event: ICalComponent,
  method: MeetingMethod,
): Pick<
  MeetingFacts,
  'organizer' | 'sentBy' | 'attendee' | 'responseRequested' | 'noCounter' | 'forwardees'
> {
  const organizer = propertyOf(event, 'organizer');
  const attendees = event.properties.filter(({ name }) => name === 'attendee');
  const sentBy = mailto(paramOf(organizer, 'sent-by'));
  return {
    organizer: personOf(organizer),
    sentBy: sentBy === '' ? null : sentBy,
    attendee: method === 'REQUEST' || method === 'CANCEL' ? null : answerOf(event, attendees),
    responseRequested: attendees.some((one) => paramOf(one, 'rsvp').toUpperCase() === 'TRUE'),
    noCounter: wordOf(event, 'x-microsoft-disallow-counter').toUpperCase() === 'TRUE',
    forwardees: event.properties
      .filter(({ name }) => name === 'x-waypost-forwardee')
      .slice(0, MAX_FORWARDEES)
      .flatMap((one) => personOf(one) ?? []),
  };
}

const STATUSES: Record<string, ParticipationStatus> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  DELEGATED: 'delegated',
};

/** RFC 5546 3.2.3: an answer names the one who answers, and nobody else. */
function answerOf(event: ICalComponent, attendees: readonly ICalProperty[]): MeetingFacts['attendee'] {
  const [one, ...others] = attendees;
  const person = personOf(one);
  if (person === null || others.length > 0) return null;
  return {
    ...person,
    status: STATUSES[paramOf(one, 'partstat').toUpperCase()] ?? 'needs-action',
    comment: wordOf(event, 'comment').slice(0, MAX_TEXT),
  };
}
