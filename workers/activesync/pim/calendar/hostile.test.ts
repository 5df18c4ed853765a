import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import {
  contextOf,
  event,
  itemOf,
  NAMED,
  REFUSED,
  series,
  shown,
  take,
} from '../../../../test/support/calendar-world.worker.ts';
import { VERSIONS } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';

const LEAVES = [
  'AllDayEvent AppointmentReplyTime AttendeeStatus AttendeeType BusyStatus CalendarType Category ClientUid DayOfMonth DayOfWeek',
  'Deleted DisallowNewTimeProposal DtStamp Email EndTime ExceptionStartTime FirstDayOfWeek Interval IsLeapMonth Location',
  'MeetingStatus MonthOfYear Name Occurrences OrganizerEmail Reminder ResponseRequested Sensitivity StartTime Subject Timezone',
  'Type UID Until WeekOfMonth',
]
  .flatMap((line) => line.split(' '))
  .map((name) => `Calendar:${name}`);
const PARENTS = ['Attendees', 'Attendee', 'Categories', 'Recurrence', 'Exceptions', 'Exception']
  .map((name) => `Calendar:${name}`)
  .concat(
    'AirSyncBase:Body',
    'AirSyncBase:Location',
    'AirSyncBase:Attachments',
    'AirSyncBase:Add',
    'AirSyncBase:Delete',
  );
const BASE = [
  'Type',
  'Data',
  'DisplayName',
  'Latitude',
  'Longitude',
  'ClientId',
  'Content',
  'FileReference',
  'InstanceId',
].map((name) => `AirSyncBase:${name}`);

const words = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '1',
    '2',
    '3',
    '5',
    '6',
    '127',
    '999',
    '4294967295',
    '-1',
    '1e9',
    'NaN',
    '__proto__',
    'constructor',
  ),
  fc.constantFrom(
    '20261126T083000Z',
    '20261126',
    '00010101T000000Z',
    '99991231T235959Z',
    '20260230T000000Z',
    '20261126T250000Z',
  ),
  fc.constantFrom(
    'ann@x.test',
    'a'.repeat(5000),
    '\ud800',
    '\u0000',
    'AAAA',
    'item1.f0',
    '2026-11-26T08:30:00.000Z',
  ),
  fc.string({ maxLength: 20 }),
);
const { element } = fc.letrec<{ element: WbxmlElement }>((tie) => ({
  element: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        tag: fc.constantFrom(...LEAVES, ...BASE),
        text: words,
        children: fc.constant([]),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        tag: fc.constantFrom(...PARENTS),
        text: fc.constant(''),
        children: fc.array(tie('element'), { maxLength: 6 }),
      }),
    },
  ),
}));
const data = fc
  .array(element, { maxLength: 14 })
  .map((children): WbxmlElement => ({ tag: 'AirSync:ApplicationData', text: '', children }));
const presents: (CalendarEvent | null)[] = [
  null,
  event(),
  series(),
  series({ start: '2026-11-26T00:00:00', duration: 'P1D', showWithoutTime: true, timeZone: null }),
  series({
    timeZone: 'Nowhere/Land',
    recurrenceOverrides: { nonsense: {}, '2026-11-27T09:30:00': { 'locations/9/name': 'x' } },
  }),
  event({ start: 'never', duration: 'long', locations: {}, participants: {} }),
];

describe('whatever a device sends', () => {
  test('is taken or refused, and what is taken can be shown (A12, I20)', async () => {
    await fc.assert(
      fc.asyncProperty(
        data,
        fc.constantFrom(...VERSIONS),
        fc.constantFrom(...presents),
        fc.constantFrom(null, null, '20261127T083000Z', 'x'),
        fc.constantFrom(null, new Set<string>(), new Set(LEAVES)),
        async (said, version, present, instanceId, supported) => {
          const result = await calendarCodec.take(contextOf(version), {
            data: said,
            present: present === null ? null : itemOf(present),
            ...{
              itemId: 'item1',
              folderId: 'f1',
              supported,
              instanceId: present === null ? null : instanceId,
            },
          });
          if (result.kind === 'refused') expect([6, 8]).toContain(result.status);
          else if (result.item.kind === 'event') {
            for (const one of VERSIONS) await shown(result.item.document, one);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a document beyond all bounds is refused', async () => {
    expect(await take([...NAMED, ['Calendar:Location', 'x'.repeat(300_000)]], '14.1')).toMatchObject({
      kind: 'item',
    });
    const many = {
      tag: 'Calendar:Attendees',
      text: '',
      children: Array.from({ length: 1001 }, () => ({ tag: 'Calendar:Attendee', text: '', children: [] })),
    };
    const attendees = { tag: 'AirSync:ApplicationData', text: '', children: [many] };
    expect(await take([], '16.1', { present: event(), data: attendees })).toEqual(REFUSED);
    const body = {
      tag: 'AirSyncBase:Body',
      text: '',
      children: [
        { tag: 'AirSyncBase:Type', text: '1', children: [] },
        { tag: 'AirSyncBase:Data', text: 'x'.repeat(300_000), children: [] },
      ],
    };
    const long = { tag: 'AirSync:ApplicationData', text: '', children: [body] };
    expect(await take([], '16.1', { present: event(), data: long })).toEqual(REFUSED);
  });
});
