import { describe, expect, test } from 'vitest';
import { writeTimeZone } from '../../../../core/calendar/zones/activesync.ts';
import {
  ANN,
  attendee,
  BERLIN,
  brief,
  cal,
  contextOf,
  event,
  NAMED,
  NOW,
  REFUSED,
  type Said,
  shown,
  take,
  taken,
  WHEN,
} from '../../../../test/support/calendar-world.worker.ts';
import type { Version } from '../../http/versions.ts';

const OLD: readonly Version[] = ['12.1', '14.0', '14.1'];
const ALL: readonly Version[] = [...OLD, '16.0', '16.1'];
const NEW_YORK = writeTimeZone('America/New_York', NOW);

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
    ['an end that is past alone (MSASCAL_S01_TC06)', [cal('EndTime', '20261120T100000Z')], REFUSED],
    ['an end within this half hour alone', [cal('EndTime', '20261121T182000Z')], REFUSED],
    ['a beginning to come alone (MSASCAL_S01_TC09)', [cal('StartTime', '20261122T100000Z')], REFUSED],
    [
      'an end before the beginning',
      [cal('StartTime', '20261122T100000Z'), cal('EndTime', '20261122T090000Z')],
      REFUSED,
    ],
    ['a time that is none', [cal('StartTime', 'soon'), cal('EndTime', '20261122T090000Z')], REFUSED],
    ['a UID beyond 300 characters', [...WHEN, cal('UID', 'x'.repeat(301))], REFUSED],
    ['a Sensitivity of 4', [...WHEN, cal('Sensitivity', 4)], REFUSED],
    ['a BusyStatus of 5', [...WHEN, cal('BusyStatus', 5)], REFUSED],
    ['a MeetingStatus of 2', [...WHEN, cal('MeetingStatus', 2)], REFUSED],
    ['an AllDayEvent of 2', [...WHEN, cal('AllDayEvent', 2)], REFUSED],
    ['a Reminder that is no number', [...WHEN, cal('Reminder', 'soon')], REFUSED],
    [
      'an AttendeeType of 4',
      [...WHEN, cal('Attendees', attendee('bob@y.test', [['AttendeeType', 4]]))],
      REFUSED,
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
    expect(await take([cal('EndTime', '20261126T100000Z')], '14.1', { present: before })).toEqual(REFUSED);
  });
});
