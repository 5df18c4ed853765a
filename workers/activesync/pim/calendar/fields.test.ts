import { describe, expect, test } from 'vitest';
import { el } from '../../../../codecs/wbxml/index.ts';
import {
  ANN,
  BERLIN,
  brief,
  cal,
  DAILY,
  event,
  NAMED,
  REFUSED,
  type Said,
  series,
  shown,
  take,
  taken,
  WHEN,
} from '../../../../test/support/calendar-world.worker.ts';

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
    expect(await take([...WHEN, cal('BusyStatus', 4)], '14.1')).toEqual(REFUSED);
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

  test('a body is shown in the form asked for, and cut (MSASAIRS_S02_TC11)', async () => {
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
    expect(await take(mime, '14.1')).toEqual(REFUSED);
  });
});

describe('the place', () => {
  test('is a text up to 14.1, and a structure from 16.0 on', async () => {
    const made = await taken([...NAMED, cal('Location', 'Room 1')], '14.1');
    expect(brief(await shown(made, '12.1'))).toMatchObject({ Location: 'Room 1' });
    expect(brief(await shown(made, '16.0'))).toMatchObject({ Location: { DisplayName: 'Room 1' } });
  });

  test('MSASAIRS_S05_TC01 has all its parts; keeps them when an older device sends its name again, and loses them with another', async () => {
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
