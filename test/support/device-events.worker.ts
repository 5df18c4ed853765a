import fc from 'fast-check';
import { el, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { writeTimeZone } from '../../core/calendar/zones/activesync.ts';
import { atLeast, type Version } from '../../workers/activesync/http/versions.ts';
import { ANN } from './random-events.ts';

/**
 * Whatever a device can say of an event in an Add, element by element (MS-ASCAL 2.2.2): what the server refuses of it is
 * no event.
 */
export function deviceEvents(version: Version): fc.Arbitrary<WbxmlNode[]> {
  const v14 = atLeast(version, '14.0');
  const v16 = atLeast(version, '16.0');
  return fc
    .record({
      times: times(version),
      described: described(version),
      people: v16 ? fc.oneof(fc.constant([]), attendees(false)) : fc.oneof(fc.constant([]), meeting),
      name: v16 ? maybe(text.map((one) => el('Calendar:ClientUid', one))) : some(text, 'Calendar:UID'),
      stamp: v16 ? fc.constant([]) : fc.constantFrom([], [el('Calendar:DtStamp', '20261001T101112Z')]),
      counter: v14
        ? maybe(fc.boolean().map((no) => el('Calendar:DisallowNewTimeProposal', no)))
        : fc.constant([]),
      reply: v14
        ? maybe(fc.boolean().map((asked) => el('Calendar:ResponseRequested', asked)))
        : fc.constant([]),
      rule: maybe(pattern(version)),
      exceptions: fc.array(exception(version), { maxLength: v16 ? 0 : 3 }),
    })
    .map((said) => {
      const { times: when, exceptions, ...rest } = said;
      const list =
        exceptions.length > 0 && said.rule.length > 0
          ? [
              el(
                'Calendar:Exceptions',
                exceptions.map((one) => one(when.day)),
              ),
            ]
          : [];
      return [...when.nodes, ...Object.values(rest).flat(), ...list];
    });
}

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(
    fc.constant<T[]>([]),
    one.map((value) => [value]),
  );
const some = (one: fc.Arbitrary<string | number>, tag: string) => maybe(one.map((value) => el(tag, value)));
const whole = (min: number, max: number) => fc.integer({ min, max });
const two = (n: number) => String(n).padStart(2, '0');

/** Text with all that has to be escaped, folded or kept. */
const text = fc
  .array(
    fc.constantFrom('a', 'ä', '漢', '😀', ',', ';', '\\', '"', ':', ' ', '^', '\\n', "'", '=', '|', '%'),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  .map((parts) => `x${parts.join('')}x`);
/** Of people: the library reads `\\n` within a parameter as the end of a line. */
const name = text.map((one) => one.replaceAll('\\', '/'));
const lines = fc.tuple(text, fc.constantFrom('\n', '\r\n', '\n\n', ''), text).map((parts) => parts.join(''));

const zones = fc.constantFrom(
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Sydney',
  'Etc/UTC',
  'America/Sao_Paulo',
  'Pacific/Chatham',
);

function times(version: Version) {
  return fc
    .record({
      year: whole(2024, 2031),
      month: whole(1, 12),
      day: whole(1, 28),
      hour: whole(4, 18),
      minutes: fc.constantFrom(0, 15, 60, 90, 1440, 3000),
      zone: maybe(zones),
      allDay: fc.boolean(),
    })
    .map(({ year, month, day, hour, minutes, zone, allDay }) => {
      const at = Date.UTC(year, month - 1, day, allDay ? 0 : hour);
      const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
      const length = allDay ? Math.max(1440, Math.ceil(minutes / 1440) * 1440) : minutes;
      // Whole days begin at midnight of the zone that is said with them (up to 14.1).
      const [own] = allDay && !atLeast(version, '16.0') ? ['Etc/UTC'] : zone;
      return {
        day: `${year}${two(month)}${two(day)}T${compact(at).slice(9)}`,
        nodes: [
          ...(own === undefined ? [] : [el('Calendar:Timezone', writeTimeZone(own, at))]),
          el('Calendar:StartTime', compact(at)),
          el('Calendar:EndTime', compact(at + length * 60_000)),
          el('Calendar:AllDayEvent', allDay),
        ],
      };
    });
}

/** What a series and an exception both have. */
function described(version: Version): fc.Arbitrary<WbxmlNode[]> {
  const v16 = atLeast(version, '16.0');
  return fc
    .tuple(
      some(lines, 'Calendar:Subject'),
      some(whole(0, 3), 'Calendar:Sensitivity'),
      some(whole(0, v16 ? 4 : 3), 'Calendar:BusyStatus'),
      some(fc.constantFrom(0, 1, 15, 90, 1440, 20_160, 1_000_000_000), 'Calendar:Reminder'),
      maybe(v16 ? place : text.map((one) => el('Calendar:Location', one))),
      maybe(
        fc.array(text, { maxLength: 4 }).map((names) =>
          el(
            'Calendar:Categories',
            names.map((one) => el('Calendar:Category', one)),
          ),
        ),
      ),
      maybe(fc.constantFrom(1, 2).chain((type) => lines.map((data) => body(type, data)))),
    )
    .map((parts) => parts.flat());
}

function body(type: number, data: string): WbxmlNode {
  const said = type === 2 ? `<p>${data.replace(/[<&>]/g, '')}</p>` : data;
  return el('AirSyncBase:Body', el('AirSyncBase:Type', type), el('AirSyncBase:Data', said));
}

const place = fc
  .tuple(
    some(text, 'AirSyncBase:DisplayName'),
    some(text, 'AirSyncBase:Annotation'),
    some(text, 'AirSyncBase:Street'),
    some(text, 'AirSyncBase:City'),
    some(text, 'AirSyncBase:Country'),
    some(text, 'AirSyncBase:PostalCode'),
    maybe(
      fc
        .tuple(fc.constantFrom('48.2', '-33.86', '0', '48.200'), fc.constantFrom('16.37', '-151.2', '0.0'))
        .map(([lat, lon]) => [el('AirSyncBase:Latitude', lat), el('AirSyncBase:Longitude', lon)]),
    ),
    some(fc.constantFrom(12, 0.5, -3), 'AirSyncBase:Altitude'),
    some(fc.constant('https://maps.example.com/?q=1,2;3'), 'AirSyncBase:LocationUri'),
  )
  .map((parts) => el('AirSyncBase:Location', parts.flat(2)));

const attendee = fc
  .record({
    user: fc.stringMatching(/^[a-z]{1,8}$/),
    name,
    type: some(whole(1, 3), 'Calendar:AttendeeType'),
    status: some(fc.constantFrom(0, 2, 3, 4, 5), 'Calendar:AttendeeStatus'),
  })
  .map(({ user, name, type, status }) => ({ user, name, more: [...type, ...status] }));

/** `mine`: Ann is among them, as one who was invited. */
function attendees(mine: boolean): fc.Arbitrary<WbxmlNode[]> {
  return fc
    .uniqueArray(attendee, { selector: ({ user }) => user, minLength: 1, maxLength: 3 })
    .map((list) => {
      const all = mine ? [{ user: '', name: ANN.name, more: [] }, ...list] : list;
      return [
        el(
          'Calendar:Attendees',
          all.map(({ user, name, more }) =>
            el(
              'Calendar:Attendee',
              el('Calendar:Email', user === '' ? ANN.address : `${user}@y.test`),
              el('Calendar:Name', name),
              more,
            ),
          ),
        ),
      ];
    });
}

/** Up to 14.1: a meeting of Ann's, or one that she was invited to. */
const meeting = fc
  .boolean()
  .chain((received) =>
    fc
      .tuple(attendees(received), name, fc.constantFrom(...(received ? [3, 7] : [1, 5])))
      .map(([people, boss, status]) => [
        ...people,
        el('Calendar:MeetingStatus', status),
        el('Calendar:OrganizerName', received ? boss : ANN.name),
        el('Calendar:OrganizerEmail', received ? 'boss@y.test' : ANN.address),
      ]),
  );

const mask = whole(1, 127);
function pattern(version: Version): fc.Arbitrary<WbxmlNode> {
  const week = whole(1, 5);
  const month = whole(1, 12);
  const kind = (type: number, children: Record<string, fc.Arbitrary<number>>) =>
    fc
      .record(children)
      .map((said) => [
        el('Calendar:Type', type),
        ...Object.entries(said).map(([part, value]) => el(`Calendar:${part}`, value)),
      ]);
  const scale = atLeast(version, '14.0')
    ? maybe(fc.constantFrom(0, 1, 3, 6, 8, 15).map((type) => el('Calendar:CalendarType', type)))
    : fc.constant([]);
  const leap = atLeast(version, '14.0')
    ? maybe(whole(0, 1).map((is) => el('Calendar:IsLeapMonth', is)))
    : fc.constant([]);
  const scaled = (one: fc.Arbitrary<WbxmlNode[]>) => fc.tuple(one, scale, leap).map((parts) => parts.flat());
  const first = atLeast(version, '14.1') ? some(whole(0, 6), 'Calendar:FirstDayOfWeek') : fc.constant([]);
  return fc
    .tuple(
      fc.oneof(
        kind(0, {}),
        kind(0, { DayOfWeek: mask }),
        kind(1, { DayOfWeek: mask }),
        scaled(kind(2, { DayOfMonth: whole(1, 31) })),
        scaled(kind(3, { DayOfWeek: mask, WeekOfMonth: week })),
        scaled(kind(5, { DayOfMonth: whole(1, 28), MonthOfYear: month })),
        scaled(kind(6, { DayOfWeek: mask, WeekOfMonth: week, MonthOfYear: month })),
      ),
      some(whole(1, 4), 'Calendar:Interval'),
      fc.oneof(
        some(whole(1, 40), 'Calendar:Occurrences'),
        some(fc.constant('20331224T101500Z'), 'Calendar:Until'),
      ),
      first,
    )
    .map((parts) => el('Calendar:Recurrence', parts.flat()));
}

/** Of the first day of a series: removed, moved, or described otherwise. */
function exception(version: Version): fc.Arbitrary<(day: string) => WbxmlNode> {
  return fc.record({ deleted: fc.boolean(), moved: fc.boolean(), other: described(version) }).map(
    ({ deleted, moved, other }) =>
      (day) =>
        el(
          'Calendar:Exception',
          el('Calendar:ExceptionStartTime', day),
          deleted ? el('Calendar:Deleted', true) : null,
          moved && !deleted ? el('Calendar:EndTime', `${day.slice(0, 9)}235900Z`) : null,
          deleted ? [] : other,
        ),
  );
}
