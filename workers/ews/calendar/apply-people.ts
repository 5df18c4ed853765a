import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { CalendarEvent, Participant, ParticipationStatus } from '../../../core/calendar/types.ts';
import {
  freeId,
  invited,
  isOrganizer,
  ownersOf,
  type Self,
  withoutPeople,
} from '../../../core/scheduling/meeting.ts';
import { addressOf, attendeesOf, organizerOf, sameAddress } from '../../../core/scheduling/people.ts';
import { EwsError } from '../errors.ts';
import { booleanOf } from '../items/editors/values.ts';
import { type AttendeeKind, attendeeKind, hostKinds, hostsOf } from './attendees.ts';
import { type Edit, lastOf } from './edits.ts';

const MAX_ATTENDEES = 1000;
const LISTS: readonly (readonly [uri: string, kind: AttendeeKind])[] = [
  ['calendar:RequiredAttendees', 'required'],
  ['calendar:OptionalAttendees', 'optional'],
  ['calendar:Resources', 'resource'],
];

export const PEOPLE_FIELDS: ReadonlySet<string> = new Set([
  ...LISTS.map(([uri]) => uri),
  'calendar:IsResponseRequested',
]);

type Entry = [id: string, one: Participant];

/** The event with those whom a request invites. Of somebody else's meeting one has but a copy: it stays. */
export function applyPeople(event: CalendarEvent, edits: readonly Edit[], self: Self): CalendarEvent {
  if (!edits.some(({ uri }) => PEOPLE_FIELDS.has(uri)) || !isOrganizer(event, self)) return event;
  const asked = lastOf(edits, 'calendar:IsResponseRequested');
  const expects = asked === undefined || asked === null ? undefined : booleanOf(asked);
  const before = attendeesOf(event);
  let list: Entry[] = before;
  const [present] = hostsOf(event);
  const host = new Set(present === undefined ? [] : hostKinds(present[1]));
  for (const edit of edits) {
    const kind = LISTS.find(([uri]) => uri === edit.uri)?.[1];
    if (kind === undefined) continue;
    const frame = { event, self, before };
    list = withList(list, edit, kind, frame);
    if (namesHost(edit, frame)) host.add(kind);
    else if (edit.how !== 'append') host.delete(kind);
  }
  const attendees = list.map(([id, one]): Entry => [id, withReply(one, expects)]);
  if (attendees.length > MAX_ATTENDEES)
    throw new EwsError('ErrorInvalidRecipients', 'There are too many attendees.');
  if (attendees.length === 0 && host.size === 0)
    return before.length === 0 && organizerOf(event) === null ? event : withoutPeople(event);
  const owner = organizerOf(event) ?? self;
  return {
    ...event,
    replyTo: event.replyTo ?? { imip: `mailto:${owner.address}` },
    participants: {
      ...Object.fromEntries(
        Object.entries(ownersOf(event, owner, attendees)).map(([id, one]) => [id, asHost(one, host)]),
      ),
      ...Object.fromEntries(attendees),
    },
  };
}

/** Whether a list names who holds the meeting. */
function namesHost({ value }: Edit, frame: Frame): boolean {
  return value !== null && children(value, 'Attendee').some((one) => isHost(personOf(one).address, frame));
}

/** Who holds the meeting, as one of these attendees or not. */
function asHost(one: Participant, kinds: ReadonlySet<AttendeeKind>): Participant {
  if (one.roles['owner'] !== true) return one;
  const { attendee: _a, required: _r, optional: _o, resource: _e, ...roles } = one.roles;
  if (kinds.size === 0) return { ...one, roles };
  const said = Object.fromEntries([...kinds].map((kind) => [kind, true as const]));
  return { ...one, roles: { ...roles, attendee: true, ...said } };
}

interface Frame {
  event: CalendarEvent;
  self: Self;
  before: readonly Entry[];
}

/** One kind of attendees replaced, or added to; somebody who is named as another kind now is no longer the old one. */
function withList(list: readonly Entry[], { how, value }: Edit, kind: AttendeeKind, frame: Frame): Entry[] {
  const named = value === null ? [] : children(value, 'Attendee').map(personOf);
  const isNamed = (one: Participant) => named.some(({ address }) => sameAddress(address, addressOf(one)));
  const kept = list.filter(([, one]) => !isNamed(one) && (how === 'append' || attendeeKind(one) !== kind));
  const taken = new Set([...list, ...frame.before].map(([id]) => id));
  const usual = frame.before.length === 0 || frame.before.some(([, one]) => one.expectReply === true);
  for (const [n, person] of named.entries()) {
    const { name, address, status } = person;
    if (isHost(address, frame) || named.findIndex((one) => sameAddress(one.address, address)) !== n) continue;
    const known = frame.before.find(([, one]) => sameAddress(addressOf(one), address));
    const id = known?.[0] ?? freeId('attendee', taken);
    taken.add(id);
    const made = known?.[1] ?? withStatus(invited(name, address, usual), status);
    kept.push([id, asKind(name === '' || name === address ? made : { ...made, name }, kind)]);
  }
  return kept;
}

/** Who holds the meeting need not be invited. */
function isHost(address: string, { event, self }: Frame): boolean {
  const organizer = organizerOf(event);
  return organizer === null ? self.isSelf(address) : sameAddress(organizer.address, address);
}

interface Person {
  name: string;
  address: string;
  status: ParticipationStatus | null;
}

const STATUS: Readonly<Record<string, ParticipationStatus>> = {
  Accept: 'accepted',
  Tentative: 'tentative',
  Decline: 'declined',
};

function personOf(attendee: XmlElement): Person {
  const mailbox = child(attendee, 'Mailbox');
  const address = textOf(mailbox, 'EmailAddress') ?? '';
  if (address === '')
    throw new EwsError('ErrorMissingInformationEmailAddress', 'An attendee has no address.');
  if (address.length > 320)
    throw new EwsError('ErrorInvalidSmtpAddress', 'The address of an attendee is too long.');
  const status = STATUS[textOf(attendee, 'ResponseType') ?? ''] ?? null;
  return { name: (textOf(mailbox, 'Name') ?? '').slice(0, 320), address, status };
}

function withStatus(one: Participant, status: ParticipationStatus | null): Participant {
  return status === null ? one : { ...one, participationStatus: status };
}

function asKind(one: Participant, kind: AttendeeKind): Participant {
  if (attendeeKind(one) === kind) return one;
  const { kind: _kind, ...rest } = one;
  const { optional: _optional, informational: _informational, ...roles } = one.roles;
  if (kind === 'resource') return { ...rest, kind: 'resource', roles };
  return { ...rest, roles: { ...roles, attendee: true, ...(kind === 'optional' ? { optional: true } : {}) } };
}

function withReply(one: Participant, expects: boolean | undefined): Participant {
  if (expects === undefined || (one.expectReply === true) === expects) return one;
  const { expectReply: _expectReply, ...rest } = one;
  return expects ? { ...rest, expectReply: true } : rest;
}

/** The meeting as it is once its invitations are on their way: everybody was asked. */
export function asAsked(event: CalendarEvent): CalendarEvent {
  const open = attendeesOf(event).filter(([, one]) => one.participationStatus === undefined);
  if (open.length === 0) return event;
  const asked = open.map(([id, one]): Entry => [id, { ...one, participationStatus: 'needs-action' }]);
  return { ...event, participants: { ...event.participants, ...Object.fromEntries(asked) } };
}
