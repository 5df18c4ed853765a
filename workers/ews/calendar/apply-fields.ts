import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import {
  MAX_REMINDER,
  reminderOf,
  withBusy,
  withReminder,
  withSensitivity,
} from '../../../core/calendar/marks.ts';
import type { CalendarEvent, Location } from '../../../core/calendar/types.ts';
import { SchemaError } from '../errors.ts';
import { booleanOf, enumOf, markupOf, stringsOf } from '../items/editors/values.ts';
import { LOCATION_SOURCES, SENSITIVITIES } from '../items/words.ts';
import { type Edit, lastOf, numberOf, refused } from './edits.ts';

/** As many as Exchange keeps of a subject. */
const MAX_SUBJECT = 255;
const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;
const MAX_UID = 4096;
const MAX_URL = 2048;
const USUAL_REMINDER = 15;
const BUSY = {
  Free: 'free',
  Tentative: 'tentative',
  Busy: 'busy',
  OOF: 'oof',
  WorkingElsewhere: 'elsewhere',
  NoData: 'busy',
} as const;
const BUSY_WORDS = Object.keys(BUSY) as (keyof typeof BUSY)[];
const IMPORTANCES = ['Low', 'Normal', 'High'] as const;

type Setter<T> = (document: T, value: XmlElement | null, how: Edit['how']) => T;
type Words = Pick<
  CalendarEvent,
  'title' | 'description' | 'descriptionContentType' | 'keywords' | 'priority'
>;

function without<T extends object, K extends keyof T>(value: T, ...names: K[]): Omit<T, K> {
  const rest = { ...value };
  for (const name of names) delete rest[name];
  return rest;
}

/** What events and tasks say alike. */
export function commonSetters<T extends Words>(): Readonly<Record<string, Setter<T>>> {
  return {
    'item:Subject': (item, value) => {
      const title = (value?.text ?? '').replace(/[\r\n]+/g, ' ').slice(0, MAX_SUBJECT);
      const rest = without(item, 'title') as T;
      return title === '' ? rest : { ...rest, title };
    },
    'item:Body': (item, value, how) => {
      const added = value === null ? '' : markupOf(value);
      const text = how === 'append' ? `${item.description ?? ''}${added}` : added;
      const type = value?.attributes['BodyType'] ?? 'Text';
      if (type !== 'Text' && type !== 'HTML') throw new SchemaError('a body is Text or HTML.');
      const isHtml = how === 'append' ? item.descriptionContentType === 'text/html' : type === 'HTML';
      const rest = without(item, 'description', 'descriptionContentType') as T;
      if (text === '') return rest;
      return { ...rest, description: text, ...(isHtml ? { descriptionContentType: 'text/html' } : {}) };
    },
    'item:Categories': (item, value, how) => {
      const before = how === 'append' ? Object.keys(item.keywords ?? {}) : [];
      const names = [...before, ...(value === null ? [] : stringsOf(value))]
        .map((name) => name.slice(0, MAX_TEXT))
        .filter((name) => name !== '')
        .slice(0, MAX_CATEGORIES);
      const rest = without(item, 'keywords') as T;
      // `__proto__` as a name must not touch the prototype (fromEntries defines, it does not assign).
      return names.length === 0
        ? rest
        : { ...rest, keywords: Object.fromEntries(names.map((name) => [name, true as const])) };
    },
    'item:Importance': (item, value) => {
      const word = value === null ? 'Normal' : enumOf(value, IMPORTANCES);
      const rest = without(item, 'priority') as T;
      return word === 'Normal' ? rest : { ...rest, priority: word === 'High' ? 1 : 9 };
    },
  };
}

const EVENT_SETTERS: Readonly<Record<string, Setter<CalendarEvent>>> = {
  ...commonSetters<CalendarEvent>(),
  'item:Sensitivity': (event, value) =>
    withSensitivity(event, value === null ? 0 : SENSITIVITIES.indexOf(enumOf(value, SENSITIVITIES))),
  'calendar:LegacyFreeBusyStatus': (event, value) =>
    withBusy(event, value === null ? 'busy' : BUSY[enumOf(value, BUSY_WORDS)]),
  'calendar:Location': (event, value) => withPlace(event, value === null ? null : { name: value.text }),
  'calendar:EnhancedLocation': (event, value) => withPlace(event, value === null ? null : placeOf(value)),
  'calendar:UID': (event, value, how) => {
    const uid = value?.text.trim() ?? '';
    if (uid === '' || uid.length > MAX_UID) throw refused(how, 'calendar:UID');
    return { ...event, uid };
  },
  'calendar:ConferenceType': withConferenceType,
  'calendar:MeetingWorkspaceUrl': (event, value) => withConferenceUrl(event, value, 'workspace'),
  'calendar:NetShowUrl': (event, value) => withConferenceUrl(event, value, 'show'),
  'calendar:AllowNewTimeProposal': (event, value) => {
    const rest = without(event, 'waypost:noCounter') as CalendarEvent;
    return value !== null && !booleanOf(value) ? { ...rest, 'waypost:noCounter': true } : rest;
  },
};

type Conference = NonNullable<CalendarEvent['waypost:conference']>;

function withConference(event: CalendarEvent, change: (before: Conference) => Conference): CalendarEvent {
  const { 'waypost:conference': before = {}, ...rest } = event;
  const next = change(before);
  return Object.keys(next).length === 0 ? rest : { ...rest, 'waypost:conference': next };
}

function withConferenceType(event: CalendarEvent, value: XmlElement | null): CalendarEvent {
  const number = value === null ? null : numberOf(value, -0x8000_0000, 0x7fff_ffff);
  return withConference(event, ({ type: _, ...rest }) =>
    number === 0 || number === 1 || number === 2 ? { ...rest, type: number } : rest,
  );
}

function withConferenceUrl(
  event: CalendarEvent,
  value: XmlElement | null,
  which: 'workspace' | 'show',
): CalendarEvent {
  const url = (value?.text ?? '').slice(0, MAX_URL);
  return withConference(event, (before) => {
    const { [which]: _, ...rest } = before;
    return url === '' ? rest : { ...rest, [which]: url };
  });
}

/** The event with what a request says of it beside time and people. Other fields are passed over. */
export function applyFields(event: CalendarEvent, edits: readonly Edit[], isNew: boolean): CalendarEvent {
  let next = event;
  for (const { uri, value, how } of edits) next = EVENT_SETTERS[uri]?.(next, value, how) ?? next;
  return applyReminder(next, edits, isNew);
}

export function isEventField(uri: string): boolean {
  return Object.hasOwn(EVENT_SETTERS, uri) || REMINDER_FIELDS.has(uri);
}

const REMINDER_FIELDS: ReadonlySet<string> = new Set(
  ['ReminderIsSet', 'ReminderMinutesBeforeStart', 'ReminderDueBy'].map((name) => `item:${name}`),
);

function applyReminder(event: CalendarEvent, edits: readonly Edit[], isNew: boolean): CalendarEvent {
  const isSet = lastOf(edits, 'item:ReminderIsSet');
  const minutes = lastOf(edits, 'item:ReminderMinutesBeforeStart');
  // Who makes an event and says nothing of reminders is reminded, as by Exchange.
  if (isSet === undefined && minutes === undefined)
    return isNew ? withReminder(event, USUAL_REMINDER) : event;
  const before = reminderOf(event);
  const given = minutes === undefined || minutes === null ? null : numberOf(minutes, 0, MAX_REMINDER);
  const wanted = isSet === undefined ? before !== null || given !== null : isSet !== null && booleanOf(isSet);
  return withReminder(event, wanted ? (given ?? before ?? USUAL_REMINDER) : null);
}

function withPlace(event: CalendarEvent, place: Omit<Location, '@type'> | null): CalendarEvent {
  const { locations = {}, ...rest } = event;
  const [id = '1', shown] = Object.entries(locations)[0] ?? [];
  const others = Object.fromEntries(Object.entries(locations).slice(1));
  if (place === null || (place.name ?? '') === '') {
    return Object.keys(others).length === 0 ? rest : { ...rest, locations: others };
  }
  // The same name is the same place, whatever else is known of it.
  const known = shown !== undefined && shown.name === place.name ? shown : { '@type': 'Location' as const };
  return { ...rest, locations: { [id]: { ...known, ...place }, ...others } };
}

function placeOf(element: XmlElement): Omit<Location, '@type'> {
  const address = child(element, 'PostalAddress');
  const source = child(address, 'LocationSource');
  const parts = {
    annotation: textOf(element, 'Annotation'),
    street: textOf(address, 'Street'),
    city: textOf(address, 'City'),
    state: textOf(address, 'State'),
    country: textOf(address, 'Country'),
    postalCode: textOf(address, 'PostalCode'),
    locationUri: textOf(address, 'LocationUri'),
    source: source === null ? null : enumOf(source, LOCATION_SOURCES),
  };
  const given = Object.entries(parts).filter((one): one is [string, string] => (one[1] ?? '') !== '');
  return {
    name: child(element, 'DisplayName')?.text ?? '',
    ...(given.length === 0 ? {} : { 'waypost:address': Object.fromEntries(given) }),
  };
}
