import { describe, expect, test } from 'vitest';
import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { writeTimeZone } from '../../../../core/calendar/zones/activesync.ts';
import {
  ANN,
  brief,
  contextOf,
  dataOf,
  event,
  NOW,
  type Said,
  shown,
  take,
  taken,
} from '../../../../test/support/calendar-world.worker.ts';
import type { Version } from '../../http/versions.ts';

const OLD: readonly Version[] = ['12.1', '14.0', '14.1'];
const ALL: readonly Version[] = [...OLD, '16.0', '16.1'];
const BERLIN = writeTimeZone('Europe/Berlin', NOW);
const NEW_YORK = writeTimeZone('America/New_York', NOW);

const cal = (name: string, value: string | number | WbxmlNode | WbxmlNode[]) =>
  [`Calendar:${name}`, value] as const;
const WHEN: Said = [cal('StartTime', '20261126T083000Z'), cal('EndTime', '20261126T093000Z')];
const NAMED: Said = [cal('UID', 'abc'), cal('Subject', 'Review'), ...WHEN];
const recurrence = (children: [string, string | number][]) =>
  el(
    'Calendar:Recurrence',
    children.map(([name, value]) => el(`Calendar:${name}`, value)),
  );
const DAILY = recurrence([
  ['Type', 0],
  ['Interval', 1],
  ['Occurrences', 6],
]);
const exception = (at: string, ...nodes: WbxmlNode[]) =>
  el('Calendar:Exception', el('Calendar:ExceptionStartTime', at), nodes);
const attendee = (email: string, more: [string, string | number][] = []) =>
  el(
    'Calendar:Attendee',
    el('Calendar:Email', email),
    el('Calendar:Name', email.replace(/@.*/, '')),
    more.map(([n, v]) => el(`Calendar:${n}`, v)),
  );
const series = (more: Partial<CalendarEvent> = {}) =>
  event({
    recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 }],
    ...more,
  });
const refused = { kind: 'refused', status: 6 };

describe('an event of few words', () => {
  test.each(ALL)('gets what it lacks in %s (MSASCAL_S01_TC03, TC04, TC32)', async (version) => {
    const made = await taken([cal('Subject', 'Tea'), ...WHEN], version);
    expect(made).toMatchObject({ '@type': 'Event', title: 'Tea', duration: 'PT1H' });
    expect(made.uid).toMatch(/^[0-9a-f]{32}$/);
    const data = brief(await shown(made, version));
    expect(data).toMatchObject({
      ...{ UID: made.uid, Subject: 'Tea', DtStamp: '20261121T180300Z' },
      ...{ StartTime: '20261126T083000Z', EndTime: '20261126T093000Z', AllDayEvent: '0' },
      ...{ OrganizerEmail: ANN.address, OrganizerName: ANN.name, MeetingStatus: '0' },
      ...{ Sensitivity: '0', BusyStatus: '2', NativeBodyType: '1' },
    });
    expect(data).toHaveProperty('Timezone');
    expect(data).toHaveProperty('Body');
  });

  test('begins now, rounded to the half hour, without times (MSASCAL_S01_TC05)', async () => {
    const made = await shown(await taken([cal('Subject', 'x')], '14.1'), '14.1');
    expect(brief(made)).toMatchObject({ StartTime: '20261121T183000Z', EndTime: '20261121T190000Z' });
  });

  test.each<[string, Said, unknown]>([
    ['an end that is past alone (MSASCAL_S01_TC06)', [cal('EndTime', '20261120T100000Z')], refused],
    ['an end within this half hour alone', [cal('EndTime', '20261121T182000Z')], refused],
    ['a beginning to come alone (MSASCAL_S01_TC09)', [cal('StartTime', '20261122T100000Z')], refused],
    [
      'an end before the beginning',
      [cal('StartTime', '20261122T100000Z'), cal('EndTime', '20261122T090000Z')],
      refused,
    ],
    ['a time that is none', [cal('StartTime', 'soon'), cal('EndTime', '20261122T090000Z')], refused],
    ['a UID beyond 300 characters', [...WHEN, cal('UID', 'x'.repeat(301))], refused],
    ['a Sensitivity of 4', [...WHEN, cal('Sensitivity', 4)], refused],
    ['a BusyStatus of 5', [...WHEN, cal('BusyStatus', 5)], refused],
    ['a MeetingStatus of 2', [...WHEN, cal('MeetingStatus', 2)], refused],
    ['an AllDayEvent of 2', [...WHEN, cal('AllDayEvent', 2)], refused],
    ['a Reminder that is no number', [...WHEN, cal('Reminder', 'soon')], refused],
    [
      'an AttendeeType of 4',
      [...WHEN, cal('Attendees', attendee('bob@y.test', [['AttendeeType', 4]]))],
      refused,
    ],
  ])('is refused with %s', async (_name, said, expected) => {
    expect(await take(said, '14.1')).toEqual(expected);
  });

  test('takes the time it is for one of both (MSASCAL_S01_TC07, TC08)', async () => {
    const late = await shown(await taken([cal('EndTime', '20261123T100000Z')], '14.1'), '14.1');
    expect(brief(late)).toMatchObject({ StartTime: '20261121T183000Z', EndTime: '20261123T100000Z' });
    const early = await shown(await taken([cal('StartTime', '20261120T100000Z')], '14.1'), '14.1');
    expect(brief(early)).toMatchObject({ StartTime: '20261120T100000Z', EndTime: '20261121T190000Z' });
  });
});

describe('times and zones', () => {
  test('are local times in the zone of the structure', async () => {
    const made = await taken([...NAMED, cal('Timezone', NEW_YORK)], '14.1');
    expect(made).toMatchObject({ start: '2026-11-26T03:30:00', timeZone: 'America/New_York', uid: 'abc' });
    expect(brief(await shown(made, '14.1'))).toMatchObject({
      Timezone: NEW_YORK,
      StartTime: '20261126T083000Z',
    });
  });

  test('keep the name of a zone when its structure comes back (PROTOCOL row 12)', async () => {
    for (const timeZone of ['Europe/Zurich', 'America/Toronto', 'Asia/Kolkata', 'Australia/Lord_Howe']) {
      const before = event({ timeZone });
      const { Timezone, StartTime, EndTime } = brief(await shown(before, '14.1')) as Record<string, string>;
      const said = [
        cal('Timezone', Timezone ?? ''),
        cal('StartTime', StartTime ?? ''),
        cal('EndTime', EndTime ?? ''),
      ];
      expect(await taken([...said, cal('Subject', 'Review')], '14.1', { present: before })).toEqual(before);
    }
  });

  test.each<[string, string, string, string]>([
    ['Europe/Berlin', '20261125T230000Z', '20261126T230000Z', BERLIN],
    ['America/New_York', '20261126T050000Z', '20261127T050000Z', NEW_YORK],
  ])('of a whole day in %s are its midnights up to 14.1, and dates from 16.0 on (MSASCAL_S01_TC01)', async (zone, from, to, blob) => {
    for (const version of OLD) {
      const said = [cal('Timezone', blob), cal('AllDayEvent', 1), cal('StartTime', from), cal('EndTime', to)];
      const made = await taken(said, version);
      expect(made).toMatchObject({
        start: '2026-11-26T00:00:00',
        duration: 'P1D',
        showWithoutTime: true,
        timeZone: zone,
      });
      expect(brief(await shown(made, version))).toMatchObject({
        AllDayEvent: '1',
        StartTime: from,
        EndTime: to,
        Timezone: blob,
      });
      const data = brief(await shown(made, '16.1'));
      expect(data).toMatchObject({ StartTime: '20261126T000000Z', EndTime: '20261127T000000Z' });
      expect(data).not.toHaveProperty('Timezone');
    }
  });

  test('of a date from 16.0 on belong to no zone', async () => {
    const said = [
      cal('AllDayEvent', 1),
      cal('StartTime', '20261126T000000Z'),
      cal('EndTime', '20261128T000000Z'),
    ];
    const made = await taken(said, '16.1');
    expect(made).toMatchObject({ start: '2026-11-26T00:00:00', duration: 'P2D' });
    expect(made.timeZone ?? null).toBeNull();
    expect(brief(await shown(made, '14.1'))).toMatchObject({
      StartTime: '20261126T000000Z',
      EndTime: '20261128T000000Z',
      Timezone: writeTimeZone('Etc/UTC', NOW),
    });
  });

  test('of a whole day an hour off, or at midnight of UTC, are still that day (PROTOCOL row 12)', async () => {
    for (const [from, to] of [
      ['20261125T220000Z', '20261126T220000Z'],
      ['20261126T000000Z', '20261127T000000Z'],
    ] as const) {
      const said = [
        cal('Timezone', BERLIN),
        cal('AllDayEvent', 1),
        cal('StartTime', from),
        cal('EndTime', to),
      ];
      expect(await taken(said, '14.1')).toMatchObject({ start: '2026-11-26T00:00:00', duration: 'P1D' });
    }
  });

  test('of what floats are told in the zone of the owner, and it floats still when they come back', async () => {
    const dates = event({ start: '2026-11-26T00:00:00', duration: 'P1D', showWithoutTime: true });
    const { timeZone: _zone, ...date } = dates;
    const context = contextOf('14.1', 'Europe/Zurich');
    for (const before of [date, event({ timeZone: null })]) {
      const data = await shown(before, '14.1', {}, false, context);
      expect(brief(data)).toMatchObject({ Timezone: writeTimeZone('Europe/Zurich', NOW) });
      expect(await taken([], '14.1', { present: before, context, data })).toEqual(before);
    }
    expect(brief(await shown(date, '14.1', {}, false, context))).toMatchObject({
      StartTime: '20261125T230000Z',
      EndTime: '20261126T230000Z',
    });
    // Of zones with the same clocks the owner's is meant.
    expect(await taken([...WHEN, cal('Timezone', BERLIN)], '14.1', { context })).toMatchObject({
      timeZone: 'Europe/Zurich',
    });
  });

  test('around a change of the clocks stay what they are', async () => {
    const said = [
      cal('Timezone', BERLIN),
      cal('StartTime', '20261025T003000Z'),
      cal('EndTime', '20261025T013000Z'),
    ];
    const made = await taken(said, '14.1');
    expect(made).toMatchObject({ start: '2026-10-25T02:30:00', duration: 'PT1H' });
    expect(brief(await shown(made, '14.1'))).toMatchObject({
      StartTime: '20261025T003000Z',
      EndTime: '20261025T013000Z',
    });
  });

  test('that the device leaves out of a Change stay (16.x), and an end alone is refused before (MS-ASCAL 3.2.5.3)', async () => {
    const before = event();
    expect(await taken([cal('EndTime', '20261126T100000Z')], '16.1', { present: before })).toMatchObject({
      start: before.start,
      duration: 'PT1H30M',
    });
    expect(await taken([cal('StartTime', '20261126T090000Z')], '16.1', { present: before })).toMatchObject({
      start: '2026-11-26T10:00:00',
      duration: 'PT30M',
    });
    expect(await take([cal('EndTime', '20261126T100000Z')], '14.1', { present: before })).toEqual(refused);
  });
});

describe('marks', () => {
  test.each([0, 1, 2, 3])('Sensitivity %i comes back (MSASCAL_S01_TC02)', async (value) => {
    const made = await taken([...NAMED, cal('Sensitivity', value)], '14.1');
    expect(brief(await shown(made, '14.1'))).toMatchObject({ Sensitivity: String(value) });
  });

  test.each([0, 1, 2, 3])('BusyStatus %i comes back', async (value) => {
    const made = await taken([...NAMED, cal('BusyStatus', value)], '14.1');
    expect(brief(await shown(made, '14.1'))).toMatchObject({ BusyStatus: String(value) });
  });

  test('working elsewhere is of 16.x alone, and survives an older device', async () => {
    const made = await taken([...WHEN, cal('BusyStatus', 4)], '16.1');
    expect(brief(await shown(made, '16.0'))).toMatchObject({ BusyStatus: '4' });
    expect(brief(await shown(made, '14.1'))).toMatchObject({ BusyStatus: '0' });
    expect(await taken([...WHEN, cal('BusyStatus', 0)], '14.1', { present: made })).toMatchObject({
      'waypost:busy': 'elsewhere',
    });
    expect(await take([...WHEN, cal('BusyStatus', 4)], '14.1')).toEqual(refused);
  });

  test('categories come back, at most 300 of them (MSASCAL_S01_TC10)', async () => {
    const many = Array.from({ length: 301 }, (_, i) => el('Calendar:Category', `c${i}`));
    const made = await taken([...NAMED, ['Calendar:Categories', many], cal('Reminder', 10)], '12.1');
    const data = brief(await shown(made, '12.1')) as { Categories: { Category: string[] }; Reminder: string };
    expect(data.Categories.Category).toHaveLength(300);
    expect(data.Reminder).toBe('10');
  });

  test('a reminder leaves the other alerts alone', async () => {
    const email = {
      '@type': 'Alert',
      action: 'email',
      trigger: { '@type': 'AbsoluteTrigger', when: '2026-11-26T07:00:00Z' },
    } as const;
    const before = event({ alerts: { mail: email } });
    const made = await taken([cal('Reminder', 15)], '16.1', { present: before });
    expect(made.alerts).toMatchObject({ mail: email, 1: { trigger: { offset: '-PT15M' } } });
    expect((await taken([cal('Reminder', '')], '16.1', { present: made })).alerts).toEqual({ mail: email });
  });

  test('a body is shown in the form asked for, and cut (MS-ASAIRS)', async () => {
    const html = event({ description: '<p>Words</p>', descriptionContentType: 'text/html' });
    const plain = { type: 1 as const, truncationSize: 3, allOrNone: false, preview: 0 };
    expect(brief(await shown(html, '14.1', { bodies: [plain] }))).toMatchObject({
      Body: { Type: '1', EstimatedDataSize: '5', Truncated: '1', Data: 'Wor' },
      NativeBodyType: '2',
    });
    expect(brief(await shown(html, '14.1', { bodies: [plain] }, true))).toMatchObject({
      Body: { Data: 'Words' },
    });
    const back: Said = [['AirSyncBase:Body', [el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Words')]]];
    expect(await taken(back, '16.1', { present: html })).toEqual(html);
    const cut = [el('AirSyncBase:Type', 1), el('AirSyncBase:Truncated', 1), el('AirSyncBase:Data', 'Wor')];
    expect(await taken([['AirSyncBase:Body', cut]], '16.1', { present: html })).toEqual(html);
    const mime: Said = [
      ...WHEN,
      ['AirSyncBase:Body', [el('AirSyncBase:Type', 4), el('AirSyncBase:Data', 'x')]],
    ];
    expect(await take(mime, '14.1')).toEqual(refused);
  });
});

describe('the place', () => {
  test('is a text up to 14.1, and a structure from 16.0 on', async () => {
    const made = await taken([...NAMED, cal('Location', 'Room 1')], '14.1');
    expect(brief(await shown(made, '12.1'))).toMatchObject({ Location: 'Room 1' });
    expect(brief(await shown(made, '16.0'))).toMatchObject({ Location: { DisplayName: 'Room 1' } });
  });

  test('keeps its address when an older device sends its name again, and loses it with another name', async () => {
    const parts = [
      ['DisplayName', 'Office'],
      ['Annotation', 'back door'],
      ['Street', 'Main St 1'],
      ['City', 'Bern'],
      ['State', 'BE'],
      ['Country', 'CH'],
      ['PostalCode', '3000'],
      ['Latitude', '46.95'],
      ['Longitude', '7.44'],
      ['Accuracy', '10'],
      ['Altitude', '540.5'],
      ['AltitudeAccuracy', '3'],
      ['LocationUri', 'https://x.test/office'],
    ] as const;
    const location = parts.map(([name, value]) => el(`AirSyncBase:${name}`, value));
    const made = await taken([...WHEN, ['AirSyncBase:Location', location]], '16.1');
    expect(brief(await shown(made, '16.1'))).toMatchObject({ Location: Object.fromEntries(parts) });
    expect((await taken([...NAMED, cal('Location', 'Office')], '14.1', { present: made })).locations).toEqual(
      made.locations,
    );
    expect((await taken([...NAMED, cal('Location', 'Pub')], '14.1', { present: made })).locations).toEqual({
      1: { '@type': 'Location', name: 'Pub' },
    });
    expect(
      (await taken([['AirSyncBase:Location', []]], '16.1', { present: made })).locations,
    ).toBeUndefined();
  });
});

describe('what a Change leaves out', () => {
  const full = event({
    locations: { 1: { '@type': 'Location', name: 'Room 1' } },
    description: 'Words',
    keywords: { red: true },
    privacy: 'private',
    freeBusyStatus: 'free',
    'waypost:noCounter': true,
    alerts: { 1: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
    replyTo: { imip: `mailto:${ANN.address}` },
    participants: {
      organizer: { '@type': 'Participant', email: ANN.address, name: ANN.name, roles: { owner: true } },
      bob: {
        '@type': 'Participant',
        email: 'bob@y.test',
        name: 'bob',
        roles: { attendee: true },
        participationStatus: 'accepted',
        expectReply: true,
      },
    },
  });
  const managed = [
    'Exceptions',
    'DtStamp',
    'Categories',
    'Sensitivity',
    'BusyStatus',
    'UID',
    'Timezone',
    'StartTime',
    'EndTime',
    'Subject',
    'Location',
    'Recurrence',
    'AllDayEvent',
    'Reminder',
  ];
  const supported = new Set(managed.map((name) => `Calendar:${name}`));

  test('is gone where the device manages it, the rest stays (MSASCAL_S01_TC28)', async () => {
    const made = await taken([cal('Subject', 'New')], '14.1', { present: full, supported });
    const { locations: _l, keywords: _k, privacy: _p, freeBusyStatus: _f, alerts: _a, ...kept } = full;
    expect(made).toEqual({ ...kept, title: 'New', updated: '2026-11-21T18:03:00Z' });
  });

  test('of the attendees is gone where the device manages these', async () => {
    const made = await taken([cal('Subject', 'New'), cal('MeetingStatus', 0)], '14.1', {
      present: full,
      supported: new Set([...supported, 'Calendar:Attendees']),
    });
    expect(made.participants).toBeUndefined();
  });

  test('is gone of the whole event, but for what can be ghosted, where the device did not say', async () => {
    const made = await taken(NAMED, '14.1', { present: full });
    expect(made).toMatchObject({
      description: 'Words',
      participants: full.participants,
      'waypost:noCounter': true,
    });
    for (const name of ['locations', 'keywords', 'privacy', 'freeBusyStatus', 'alerts'])
      expect(made).not.toHaveProperty(name);
  });

  test('stays of a part of the event, where the device manages nothing, and from 16.0 on (MS-ASCAL 3.1.5.3)', async () => {
    const expected = { ...full, title: 'New', updated: '2026-11-21T18:03:00Z' };
    expect(await taken([cal('Subject', 'New')], '14.1', { present: full })).toEqual(expected);
    expect(await taken([cal('Subject', 'New')], '14.1', { present: full, supported: new Set() })).toEqual(
      expected,
    );
    expect(await taken([cal('Subject', 'New')], '16.0', { present: full })).toEqual(expected);
  });

  test('is not noticed by what ActiveSync has no words for', async () => {
    const rich = series({
      recurrenceRules: [
        { '@type': 'RecurrenceRule', frequency: 'daily', count: 6 },
        { '@type': 'RecurrenceRule', frequency: 'yearly', byWeekNo: [3] },
      ],
      recurrenceOverrides: { '2026-12-24T20:00:00': { title: 'Extra' } },
      links: { a: { '@type': 'Link', href: 'https://x.test/agenda', rel: 'describedby' } },
      color: 'teal',
      'waypost:ical': { properties: [['x-custom', {}, 'text', 'v']] },
    });
    const made = await taken([...NAMED, cal('Timezone', BERLIN), cal('Subject', 'New'), DAILY], '14.1', {
      present: rich,
    });
    expect(made).toEqual({ ...rich, updated: made.updated });
    expect(brief(await shown(rich, '14.1'))).not.toHaveProperty('Exceptions');
  });
});

describe('exceptions up to 14.1', () => {
  const withRoom = [...NAMED, cal('Timezone', BERLIN), cal('Location', 'Hall'), DAILY];
  const third = '20261128T083000Z';
  const at = '2026-11-28T09:30:00';

  test('say what is different, and nothing else (MSASCAL_S02_TC06)', async () => {
    const changed = exception(
      third,
      el('Calendar:StartTime', '20261128T100000Z'),
      el('Calendar:EndTime', '20261128T120000Z'),
      el('Calendar:Subject', 'Moved'),
      el('Calendar:Location', 'Room 666'),
      el('Calendar:BusyStatus', 3),
      el('Calendar:Sensitivity', 2),
      el('Calendar:Reminder', 5),
      el('Calendar:AllDayEvent', 0),
      el('Calendar:Categories', el('Calendar:Category', 'red')),
      el('Calendar:MeetingStatus', 1),
      el('Calendar:Attendees', attendee('bob@y.test')),
      el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Other words')),
    );
    const made = await taken(
      [...withRoom, cal('Exceptions', [changed, exception('20261129T083000Z', el('Calendar:Deleted', 1))])],
      '14.1',
    );
    expect(made.recurrenceOverrides).toMatchObject({
      [at]: {
        start: '2026-11-28T11:00:00',
        duration: 'PT2H',
        title: 'Moved',
        privacy: 'private',
        description: 'Other words',
      },
      '2026-11-29T09:30:00': { excluded: true },
    });
    expect(brief(await shown(made, '14.1'))).toMatchObject({
      Exceptions: {
        Exception: [
          {
            ...{ ExceptionStartTime: third, StartTime: '20261128T100000Z', EndTime: '20261128T120000Z' },
            ...{ Subject: 'Moved', Location: 'Room 666', BusyStatus: '3', Sensitivity: '2', Reminder: '5' },
            ...{ Categories: { Category: 'red' }, MeetingStatus: '1', Body: { Data: 'Other words' } },
            Attendees: { Attendee: { Email: 'bob@y.test' } },
          },
          { ExceptionStartTime: '20261129T083000Z', Deleted: '1' },
        ],
      },
    });
    // What 12.1 does not have (MS-ASCAL 2.2.2.4).
    const old = brief(await shown(made, '12.1')) as { Exceptions: { Exception: object[] } };
    expect(old.Exceptions.Exception[0]).not.toHaveProperty('Attendees');
    const sixteen = brief(await shown(made, '16.1')) as { Exceptions: { Exception: object[] } };
    expect(sixteen.Exceptions.Exception[0]).toMatchObject({
      InstanceId: third,
      Location: { DisplayName: 'Room 666' },
    });
    expect(sixteen.Exceptions.Exception[0]).not.toHaveProperty('ExceptionStartTime');
  });

  const roomed = async () =>
    taken(
      [
        ...withRoom,
        cal(
          'Exceptions',
          exception(third, el('Calendar:Subject', 'Other'), el('Calendar:Location', 'Room 666')),
        ),
      ],
      '14.1',
    );

  test('that a Change leaves out stay (MSASCAL_S01_TC31)', async () => {
    const before = await roomed();
    const made = await taken([cal('Subject', 'New'), DAILY], '14.1', { present: before });
    expect(made.recurrenceOverrides).toEqual(before.recurrenceOverrides);
  });

  test('lose what an empty element takes away, and show it empty (MSASCAL_S01_TC33)', async () => {
    const change = exception(third, el('Calendar:Subject', 'Other'), el('Calendar:Location'));
    const made = await taken([cal('Subject', 'Review'), DAILY, cal('Exceptions', change)], '14.1', {
      present: await roomed(),
    });
    expect(made.recurrenceOverrides).toEqual({ [at]: { title: 'Other', locations: null } });
    expect(brief(await shown(made, '14.1'))).toMatchObject({ Exceptions: { Exception: { Location: '' } } });
  });

  test('keep what an exception leaves out (MSASCAL_S01_TC34)', async () => {
    const change = exception(third, el('Calendar:Subject', 'Other'));
    const made = await taken([cal('Subject', 'Review'), DAILY, cal('Exceptions', change)], '14.1', {
      present: await roomed(),
    });
    expect(brief(await shown(made, '14.1'))).toMatchObject({
      Exceptions: { Exception: { Location: 'Room 666', Subject: 'Other' } },
    });
  });

  test('are found by their day where the time is wrong (PROTOCOL row 12)', async () => {
    for (const wrong of ['20261128T000000Z', '20261128T073000Z', '20261128T223000Z']) {
      const made = await taken(
        [...withRoom, cal('Exceptions', exception(wrong, el('Calendar:Deleted', 1)))],
        '14.1',
      );
      expect(made.recurrenceOverrides, wrong).toEqual({ [at]: { excluded: true } });
    }
    const never = exception('20270101T083000Z', el('Calendar:Deleted', 1));
    expect(
      (await taken([...withRoom, cal('Exceptions', never)], '14.1')).recurrenceOverrides,
    ).toBeUndefined();
  });

  test('of whole days are found by midnight here and in UTC', async () => {
    const days = [
      cal('UID', 'abc'),
      cal('Timezone', NEW_YORK),
      cal('AllDayEvent', 1),
      cal('StartTime', '20261126T050000Z'),
      cal('EndTime', '20261127T050000Z'),
      DAILY,
    ];
    for (const when of ['20261128T050000Z', '20261128T000000Z']) {
      const made = await taken(
        [...days, cal('Exceptions', exception(when, el('Calendar:Deleted', 1)))],
        '14.1',
      );
      expect(Object.keys(made.recurrenceOverrides ?? {}), when).toHaveLength(1);
      expect(brief(await shown(made, '16.1'))).toMatchObject({ Exceptions: { Exception: { Deleted: '1' } } });
    }
  });

  test('go with the series to another hour, and are refused without their time', async () => {
    const before = await roomed();
    const later = [
      cal('Subject', 'Review'),
      cal('Timezone', BERLIN),
      cal('StartTime', '20261126T100000Z'),
      cal('EndTime', '20261126T110000Z'),
      cal('Location', 'Hall'),
      DAILY,
    ];
    const made = await taken(later, '14.1', { present: before });
    expect(Object.keys(made.recurrenceOverrides ?? {})).toEqual(['2026-11-28T11:00:00']);
    const nameless = el('Calendar:Exception', el('Calendar:Subject', 'x'));
    expect(await take([...withRoom, cal('Exceptions', nameless)], '14.1')).toEqual(refused);
  });
});

describe('occurrences from 16.0 on', () => {
  const before = series();
  const change = (said: Said, more: Partial<CalendarEvent> = {}, instanceId = '20261128T083000Z') =>
    taken(said, '16.1', { present: series(more), instanceId });

  test('are changed by their InstanceId', async () => {
    const made = await change([
      cal('Subject', 'Other'),
      cal('StartTime', '20261128T100000Z'),
      cal('EndTime', '20261128T110000Z'),
    ]);
    expect(made.recurrenceOverrides).toEqual({
      '2026-11-28T09:30:00': { start: '2026-11-28T11:00:00', title: 'Other' },
    });
    const again = await taken([cal('Subject', 'Review')], '16.1', {
      present: made,
      instanceId: '20261128T083000Z',
    });
    expect(again.recurrenceOverrides).toEqual({ '2026-11-28T09:30:00': { start: '2026-11-28T11:00:00' } });
  });

  test('are deleted by it, and are not found where there is none', async () => {
    const data = { ...dataOf([], '16.1'), tag: 'AirSync:Delete' };
    const made = await taken([], '16.1', { present: before, instanceId: '20261128T083000Z', data });
    expect(made.recurrenceOverrides).toEqual({ '2026-11-28T09:30:00': { excluded: true } });
    const none = await take([], '16.1', { present: before, instanceId: '20280101T083000Z', data });
    expect(none).toEqual({ kind: 'refused', status: 8 });
  });

  test('of a whole day are named by its date', async () => {
    const days = series({ start: '2026-11-26T00:00:00', duration: 'P1D', showWithoutTime: true });
    const made = await taken([cal('Subject', 'x')], '16.1', {
      present: days,
      instanceId: '20261128T000000Z',
    });
    expect(Object.keys(made.recurrenceOverrides ?? {})).toEqual(['2026-11-28T00:00:00']);
  });

  test('that differ are gone when the series takes place at other times (MS-ASCAL 2.2.2.22, 2.2.2.42)', async () => {
    const differing = series({ recurrenceOverrides: { '2026-11-28T09:30:00': { title: 'Other' } } });
    const renamed = await taken([cal('Subject', 'New')], '16.1', { present: differing });
    expect(renamed.recurrenceOverrides).toEqual(differing.recurrenceOverrides);
    const moved = await taken([cal('EndTime', '20261126T100000Z')], '16.1', { present: differing });
    expect(moved.recurrenceOverrides).toBeUndefined();
    const once = await taken([cal('Recurrence', [])], '16.1', { present: differing });
    expect(once).not.toHaveProperty('recurrenceRules');
    expect(once).not.toHaveProperty('recurrenceOverrides');
  });
});
