import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import { busyOf, reminderOf, sensitivityOf } from '../../../../core/calendar/marks.ts';
import { parseLocal, parseUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent, Location } from '../../../../core/calendar/types.ts';
import { isResponseRequested } from '../../../../core/scheduling/meeting.ts';
import { addressOf, attendeesOf, organizerOf } from '../../../../core/scheduling/people.ts';
import { type AttendeeKind, attendeesAs, attendeesElement, OWN_RESPONSES } from '../../calendar/attendees.ts';
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

function people(name: string, kind: AttendeeKind): ItemProperty {
  return calendar(name, ({ event }) => attendeesElement(event, kind), {
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
  const { annotation, street, city, state, country, postalCode, locationUri } =
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
      LocationSource: 'None',
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

function answers({ isMeeting: meets, isOrganizer: holds, isCancelled: off }: EventFacts): XmlObject {
  const decisions = off ? [] : ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];
  const own = meets && holds && !off ? ['CancelCalendarItem'] : [];
  const theirs = meets && !holds ? [...decisions, 'ReplyToItem', 'ReplyAllToItem'] : [];
  return { $: [...own, ...theirs, 'ForwardItem'].map((name) => [name, {}] as const) };
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
  // Of occurrences alone (MS-OXWSMTGS 2.2.4.9): the series is told by its CalendarItemType.
  calendar('IsRecurring', ({ kind }) => kind === 'Occurrence' || kind === 'Exception', {
    ...IN_DEFAULT,
    compare: (view) => view.occurrence !== null,
  }),
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
  kept('ConferenceType'),
  calendar('AllowNewTimeProposal', ({ event }) => event['waypost:noCounter'] !== true, {
    compare: comparing((event) => event['waypost:noCounter'] !== true),
  }),
  calendar('IsOnlineMeeting', ({ event }) => joinUrl(event) !== null, {
    compare: comparing((event) => joinUrl(event) !== null),
  }),
  kept('MeetingWorkspaceUrl'),
  kept('NetShowUrl'),
  calendar('EnhancedLocation', enhancedLocation),
  calendar('StartWallClock', ({ start, zone }) => writeWallClock(start, zone)),
  calendar('EndWallClock', ({ end, zone }) => writeWallClock(end, zone)),
  calendar('StartTimeZoneId', ({ zone }) => zoneNames(zone)['@Id']),
  calendar('EndTimeZoneId', ({ zone }) => zoneNames(zone)['@Id']),
  calendar('JoinOnlineMeetingUrl', ({ event }) => joinUrl(event)),
  calendar('IsOrganizer', ({ isOrganizer: holds }) => holds),
];

function minutesOf(event: CalendarEvent, view: ItemView): string {
  const minutes = reminderOf(event);
  if (minutes !== null) return String(minutes);
  const said = view.extended['ews:item:ReminderMinutesBeforeStart']?.value;
  return typeof said === 'string' ? said : USUAL_MINUTES;
}
