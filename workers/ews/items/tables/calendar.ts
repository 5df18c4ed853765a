import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import { busyOf, reminderOf, sensitivityOf } from '../../../../core/calendar/marks.ts';
import { parseLocal, parseUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent, Location } from '../../../../core/calendar/types.ts';
import { isResponseRequested } from '../../../../core/scheduling/meeting.ts';
import { addressOf, attendeesOf, organizerOf } from '../../../../core/scheduling/people.ts';
import { type AttendeeKind, attendeesAs, attendeesElement, OWN_RESPONSES } from '../../calendar/attendees.ts';
import { type Neighbours, neighboursElement, neighboursOf } from '../../calendar/conflicts.ts';
import { type EventFacts, endOf, factsOf, kindOf, startOf, wasSent } from '../../calendar/facts.ts';
import { writeRecurrence } from '../../calendar/recurrence.ts';
import {
  deletedOccurrences,
  firstOccurrence,
  lastOccurrence,
  modifiedOccurrences,
} from '../../calendar/series.ts';
import { writeOffset, writeWallClock } from '../../calendar/times.ts';
import { zoneDefinition, zoneNames } from '../../calendar/zone-definition.ts';
import type { EwsContext } from '../../context.ts';
import { comparablePeople, displayNames, mailboxElement } from '../address.ts';
import type { Comparable, ItemElement, ItemProperty } from '../property.ts';
import { isoTime } from '../time.ts';
import { documentOf, type ItemView } from '../view.ts';
import { SENSITIVITIES } from '../words.ts';

const ON: readonly ItemElement[] = ['CalendarItem'];
const DAY_MS = 86_400_000;
const BUSY = {
  free: 'Free',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
  elsewhere: 'WorkingElsewhere',
} as const;
/** Minutes that Exchange tells of an item without a reminder. */
const USUAL_MINUTES = '15';

type Read = (facts: EventFacts, view: ItemView) => XmlContent | null;
type More = Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>>;

function property(uri: string, read: Read, more: More = {}): ItemProperty {
  const common = { on: ON, inDefault: 'none', inAll: true, cheap: true } as const;
  return {
    ...common,
    uri,
    element: uri.slice(uri.indexOf(':') + 1),
    read(view, _shape, context) {
      const facts = factsOf(view, context);
      const told = (one: EventFacts | null) => (one === null ? null : read(one, view));
      return facts instanceof Promise ? facts.then(told) : told(facts);
    },
    ...more,
  };
}

const calendar = (name: string, read: Read, more: More = {}) => property(`calendar:${name}`, read, more);
const item = (name: string, read: Read, more: More = {}) => property(`item:${name}`, read, more);
const IN_DEFAULT: More = { inDefault: ON };
/** Looks through the series: no matter for lists. */
const LONG: More = { cheap: false };

const comparing =
  (of: (event: CalendarEvent, view: ItemView) => Comparable) =>
  (view: ItemView): Comparable => {
    const event = documentOf(view);
    return event === null ? null : of(event, view);
  };

/** A property that a client gave and that says nothing to the calendar. */
function kept(name: string, otherwise: XmlContent | null = null): ItemProperty {
  const uri = `calendar:${name}`;
  const of = (view: ItemView) => {
    const value = view.extended[`ews:${uri}`]?.value;
    return typeof value === 'string' ? value : null;
  };
  return calendar(name, (_facts, view) => of(view) ?? otherwise, { compare: of });
}

const neighbours = new WeakMap<ItemView, Promise<Neighbours | null>>();

/** What else the calendar has at the time: looked for only when it is asked for, once. */
function beside(
  name: string,
  tell: (found: Neighbours, context: EwsContext) => XmlContent | null | Promise<XmlContent | null>,
): ItemProperty {
  return {
    ...{ uri: `calendar:${name}`, element: name, on: ON, inDefault: 'none', inAll: false, cheap: false },
    async read(view, _shape, context) {
      const facts = await factsOf(view, context);
      if (facts === null) return null;
      let found = neighbours.get(view);
      if (found === undefined) {
        found = neighboursOf(context, view, { ...facts, uid: facts.whole.uid });
        neighbours.set(view, found);
      }
      const known = await found;
      return known === null ? null : tell(known, context);
    },
  };
}

/** What is said of how people meet online; what the document has no word for, as the client gave it. */
function conference(
  name: string,
  of: (said: NonNullable<CalendarEvent['waypost:conference']>) => string | number | undefined,
): ItemProperty {
  const told = (event: CalendarEvent, view: ItemView) => {
    const given = view.extended[`ews:calendar:${name}`]?.value;
    return of(event['waypost:conference'] ?? {}) ?? (typeof given === 'string' ? given : null);
  };
  return calendar(name, ({ event }, view) => told(event, view), {
    compare: comparing((event, view) => told(event, view)),
  });
}

/**
 * The zone of a series comes to those who are invited as its rules alone (MS-OXOCAL 2.2.1.39), and of the zones with the
 * rules of UTC Exchange names the first: clients compare the name.
 */
function zoneId({ zone, kind, isMeeting: meets, isOrganizer: holds }: EventFacts): string {
  const id = zoneNames(zone)['@Id'];
  return id === 'UTC' && kind !== 'Single' && meets && !holds ? 'Greenwich Standard Time' : id;
}

function people(name: string, kind: AttendeeKind): ItemProperty {
  // Rooms are asked apart: those who are invited do not hear of them (MS-OXOCAL 3.1.4.6.2).
  const isTold = ({ isOrganizer: holds }: EventFacts) => holds || kind !== 'resource';
  return calendar(name, (facts) => (isTold(facts) ? attendeesElement(facts.event, kind) : null), {
    compare: comparing((event) =>
      comparablePeople(
        attendeesAs(event, kind).map(([, one]) => ({ name: one.name ?? '', address: addressOf(one) })),
      ),
    ),
  });
}

function placeOf(event: CalendarEvent): Location | undefined {
  return Object.values(event.locations ?? {})[0];
}

function organizerElement({ event, self }: EventFacts): XmlObject {
  const { name, address } = organizerOf(event) ?? self;
  const known = name !== '' ? name : self.isSelf(address) ? self.name : '';
  return { Mailbox: mailboxElement({ name: known, address }) };
}

function durationOf({ event, start, end }: EventFacts): string {
  if (event.showWithoutTime === true) return `P${Math.max(1, Math.round((end - start) / DAY_MS))}D`;
  return writeOffset(Math.round((end - start) / 1000));
}

/** AppointmentState (MS-OXOCAL 2.2.1.10): 1 a meeting, 2 that one was invited to, 4 cancelled. */
function stateOf({ isMeeting, isOrganizer, isCancelled }: EventFacts): number {
  return isMeeting ? 1 + (isOrganizer ? 0 : 2) + (isCancelled ? 4 : 0) : 0;
}

function recurrence({ whole, kind }: EventFacts): XmlObject | null {
  const [rule, ...more] = whole.recurrenceRules ?? [];
  const start = parseLocal(whole.start);
  if (kind !== 'RecurringMaster' || rule === undefined || more.length > 0 || start === null) return null;
  return writeRecurrence(rule, start);
}

function zoneElement({ zone, start }: EventFacts): XmlObject {
  return zoneDefinition(zone, [new Date(start).getUTCFullYear()]);
}

function enhancedLocation({ event }: EventFacts): XmlObject | null {
  const place = placeOf(event);
  if (place === undefined) return null;
  const { annotation, street, city, state, country, postalCode, locationUri, source } =
    place['waypost:address'] ?? {};
  const parts = { Street: street, City: city, State: state, Country: country, PostalCode: postalCode };
  const [, latitude, longitude] = /^geo:(-?[\d.]+),(-?[\d.]+)/i.exec(place.coordinates ?? '') ?? [];
  return {
    DisplayName: place.name ?? '',
    ...(annotation === undefined ? {} : { Annotation: annotation }),
    PostalAddress: {
      ...parts,
      Latitude: latitude,
      Longitude: longitude,
      LocationUri: locationUri,
      LocationSource: source ?? 'None',
    },
  };
}

function joinUrl(event: CalendarEvent): string | null {
  const [first] = Object.values(event.virtualLocations ?? {});
  const { conf, external } = event['waypost:onlineMeeting'] ?? {};
  return first?.uri ?? external ?? conf ?? null;
}

const locationOf = (event: CalendarEvent) => placeOf(event)?.name ?? null;
const isAllDay = (event: CalendarEvent) => event.showWithoutTime === true;
const isCancelled = (event: CalendarEvent) => event.status === 'cancelled';
const isMeeting = (event: CalendarEvent) => Object.keys(event.participants ?? {}).length > 0;
const kindAt = (view: ItemView) =>
  view.pim?.kind === 'event' ? kindOf(view.pim.document, view.occurrence) : null;
const keywords = (event: CalendarEvent) => Object.keys(event.keywords ?? {});

function answers({ event, isMeeting: meets, isOrganizer: holds, isCancelled: off }: EventFacts): XmlObject {
  const decisions = off ? [] : ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];
  const proposes = meets && !holds && !off && event['waypost:noCounter'] !== true ? ['ProposeNewTime'] : [];
  const own = meets && holds && !off ? ['CancelCalendarItem'] : [];
  const theirs = meets && !holds ? [...decisions, 'ReplyToItem', 'ReplyAllToItem'] : [];
  return { $: [...own, ...theirs, 'ForwardItem', ...proposes].map((name) => [name, {}] as const) };
}

function namesOf(event: CalendarEvent, kinds: readonly AttendeeKind[]): string {
  const list = attendeesOf(event).filter(([id]) =>
    kinds.some((kind) => attendeesAs(event, kind).some(([other]) => other === id)),
  );
  return displayNames(list.map(([, one]) => ({ name: one.name ?? '', address: addressOf(one) })));
}

/** Properties of events (MS-OXWSMTGS 2.2.4.9), and those of all items that events tell in their own way. */
export const CALENDAR_PROPERTIES: readonly ItemProperty[] = [
  item('Subject', ({ event }) => event.title ?? '', {
    ...IN_DEFAULT,
    compare: comparing((event) => event.title ?? ''),
  }),
  item('Sensitivity', ({ event }) => SENSITIVITIES[sensitivityOf(event)] ?? 'Normal', {
    ...IN_DEFAULT,
    compare: comparing((event) => SENSITIVITIES[sensitivityOf(event)] ?? 'Normal'),
  }),
  item('Categories', ({ event }) => (keywords(event).length === 0 ? null : { String: keywords(event) }), {
    ...IN_DEFAULT,
    compare: comparing(keywords),
  }),
  item('ReminderIsSet', ({ event }) => reminderOf(event) !== null, {
    ...IN_DEFAULT,
    compare: comparing((event) => reminderOf(event) !== null),
  }),
  item('ReminderDueBy', ({ start }) => isoTime(start), { compare: startOf }),
  item('ReminderMinutesBeforeStart', ({ event }, view) => minutesOf(event, view), {
    ...IN_DEFAULT,
    compare: comparing((event, view) => Number(minutesOf(event, view))),
  }),
  item('ReminderNextTime', ({ event, start }, { pim, occurrence }) => {
    const minutes = reminderOf(event);
    if (occurrence === null) return pim?.remindAt == null ? null : isoTime(pim.remindAt);
    return minutes === null ? null : isoTime(start - minutes * 60_000);
  }),
  item('InReplyTo', (_facts, view) => {
    const value = view.extended['ews:item:InReplyTo']?.value;
    return typeof value === 'string' ? value : null;
  }),
  item('DisplayTo', ({ event }) => namesOf(event, ['required']), {
    compare: comparing((event) => namesOf(event, ['required'])),
  }),
  item('DisplayCc', ({ event }) => namesOf(event, ['optional']), {
    compare: comparing((event) => namesOf(event, ['optional'])),
  }),
  item('ResponseObjects', answers, IN_DEFAULT),
  // Exchange does not search for it: clients ask for the id of the meeting instead.
  calendar('UID', ({ whole }) => whole.uid),
  calendar('RecurrenceId', ({ original }) => (original === null ? null : isoTime(original))),
  calendar('DateTimeStamp', ({ whole }) => {
    const at = parseUtc(whole.updated);
    return at === null ? null : isoTime(at);
  }),
  calendar('Start', ({ start }) => isoTime(start), { ...IN_DEFAULT, compare: startOf }),
  calendar('End', ({ end }) => isoTime(end), { ...IN_DEFAULT, compare: endOf }),
  calendar('OriginalStart', ({ original }) => (original === null ? null : isoTime(original))),
  calendar('IsAllDayEvent', ({ event }) => isAllDay(event), { ...IN_DEFAULT, compare: comparing(isAllDay) }),
  calendar(
    'LegacyFreeBusyStatus',
    ({ event }, { extended }) => {
      const said = extended['ews:calendar:LegacyFreeBusyStatus']?.value;
      return said === 'NoData' ? said : BUSY[busyOf(event)];
    },
    {
      ...IN_DEFAULT,
      compare: comparing((event) => BUSY[busyOf(event)]),
    },
  ),
  calendar('Location', ({ event }) => locationOf(event), { ...IN_DEFAULT, compare: comparing(locationOf) }),
  kept('When'),
  calendar('IsMeeting', ({ event }) => isMeeting(event), { ...IN_DEFAULT, compare: comparing(isMeeting) }),
  calendar('IsCancelled', ({ event }) => isCancelled(event), {
    ...IN_DEFAULT,
    compare: comparing(isCancelled),
  }),
  // Of occurrences, and of a series that one was invited to; one's own series is told by its CalendarItemType.
  calendar(
    'IsRecurring',
    ({ kind, isMeeting: meets, isOrganizer: holds }) =>
      kind === 'RecurringMaster' ? meets && !holds : kind !== 'Single',
    {
      ...IN_DEFAULT,
      compare: (view) => view.occurrence !== null,
    },
  ),
  calendar(
    'MeetingRequestWasSent',
    ({ event, isMeeting: meets, isOrganizer: holds }) => meets && (!holds || wasSent(event)),
    {
      ...IN_DEFAULT,
      compare: comparing(wasSent),
    },
  ),
  calendar(
    'IsResponseRequested',
    ({ event, self }, view) => {
      const said = view.extended['ews:calendar:IsResponseRequested']?.value;
      return attendeesOf(event).length === 0 ? said !== 'false' : isResponseRequested(event, self);
    },
    IN_DEFAULT,
  ),
  calendar('CalendarItemType', ({ kind }) => kind, { ...IN_DEFAULT, compare: kindAt }),
  calendar('MyResponseType', ({ response }) => OWN_RESPONSES[response], IN_DEFAULT),
  calendar('Organizer', organizerElement, {
    ...IN_DEFAULT,
    compare: comparing((event) => {
      const organizer = organizerOf(event);
      return organizer === null ? null : comparablePeople([organizer]);
    }),
  }),
  people('RequiredAttendees', 'required'),
  people('OptionalAttendees', 'optional'),
  people('Resources', 'resource'),
  beside('ConflictingMeetingCount', ({ conflicting }) => conflicting.length),
  beside('AdjacentMeetingCount', ({ adjacent }) => adjacent.length),
  beside('ConflictingMeetings', ({ conflicting }, context) => neighboursElement(context, conflicting)),
  beside('AdjacentMeetings', ({ adjacent }, context) => neighboursElement(context, adjacent)),
  calendar('Duration', durationOf, {
    compare: (view) => {
      const [start, end] = [startOf(view), endOf(view)];
      return start === null || end === null ? null : end - start;
    },
  }),
  calendar('TimeZone', ({ zone }) => zoneNames(zone)['@Name']),
  calendar('AppointmentReplyTime', ({ event, response }) => {
    const at = parseUtc(event['waypost:response']?.at);
    return at === null || response === 'organizer' || response === 'none' ? null : isoTime(at);
  }),
  calendar('AppointmentSequenceNumber', ({ whole }) => whole.sequence ?? 0, {
    compare: comparing((event) => event.sequence ?? 0),
  }),
  calendar('AppointmentState', stateOf, IN_DEFAULT),
  calendar('Recurrence', recurrence, { cheap: false }),
  calendar('FirstOccurrence', (facts, view) => firstOccurrence(view, facts), LONG),
  calendar('LastOccurrence', (facts, view) => lastOccurrence(view, facts), LONG),
  calendar('ModifiedOccurrences', (facts, view) => modifiedOccurrences(view, facts), LONG),
  calendar('DeletedOccurrences', deletedOccurrences, LONG),
  // How clients of Exchange 2007 say the zone: it is read, and told by StartTimeZone.
  calendar('MeetingTimeZone', () => null, { inAll: false }),
  calendar('StartTimeZone', zoneElement),
  calendar('EndTimeZone', zoneElement),
  conference('ConferenceType', ({ type }) => type),
  calendar('AllowNewTimeProposal', ({ event }) => event['waypost:noCounter'] !== true, {
    compare: comparing((event) => event['waypost:noCounter'] !== true),
  }),
  calendar('IsOnlineMeeting', ({ event }) => joinUrl(event) !== null, {
    compare: comparing((event) => joinUrl(event) !== null),
  }),
  conference('MeetingWorkspaceUrl', ({ workspace }) => workspace),
  conference('NetShowUrl', ({ show }) => show),
  calendar('EnhancedLocation', enhancedLocation),
  calendar('StartWallClock', ({ start, zone }) => writeWallClock(start, zone)),
  calendar('EndWallClock', ({ end, zone }) => writeWallClock(end, zone)),
  calendar('StartTimeZoneId', zoneId),
  calendar('EndTimeZoneId', zoneId),
  calendar('IntendedFreeBusyStatus', ({ event }) => {
    const intended = event['waypost:intendedBusy'];
    return intended === undefined ? null : BUSY[intended];
  }),
  calendar('JoinOnlineMeetingUrl', ({ event }) => joinUrl(event)),
  calendar('IsOrganizer', ({ isOrganizer: holds }) => holds),
];

function minutesOf(event: CalendarEvent, view: ItemView): string {
  const minutes = reminderOf(event);
  if (minutes !== null) return String(minutes);
  const said = view.extended['ews:item:ReminderMinutesBeforeStart']?.value;
  return typeof said === 'string' ? said : USUAL_MINUTES;
}
