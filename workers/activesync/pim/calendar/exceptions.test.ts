import { describe, expect, test } from 'vitest';
import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { writeTimeZone } from '../../../../core/calendar/zones/activesync.ts';
import {
  attendee,
  BERLIN,
  brief,
  cal,
  DAILY,
  dataOf,
  NAMED,
  NOW,
  REFUSED,
  type Said,
  series,
  shown,
  take,
  taken,
} from '../../../../test/support/calendar-world.worker.ts';

const NEW_YORK = writeTimeZone('America/New_York', NOW);
const recurrenceOf = (children: [string, string | number][]) =>
  el(
    'Calendar:Recurrence',
    children.map(([name, value]) => el(`Calendar:${name}`, value)),
  );
const exception = (at: string, ...nodes: WbxmlNode[]) =>
  el('Calendar:Exception', el('Calendar:ExceptionStartTime', at), nodes);

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
      expect(made.recurrenceOverrides, when).toEqual({ '2026-11-28T00:00:00': { excluded: true } });
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
    expect(await take([...withRoom, cal('Exceptions', nameless)], '14.1')).toEqual(REFUSED);
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

  test('that no rule has stay, and so do rules that a device is not shown', async () => {
    const rules = [
      { '@type': 'RecurrenceRule', frequency: 'daily', count: 6 },
      { '@type': 'RecurrenceRule', frequency: 'yearly', byWeekNo: [3] },
    ] as const;
    const extra = { '2026-12-24T20:00:00': { title: 'Extra' } };
    const overrides = { ...extra, '2026-11-28T09:30:00': { title: 'Other' } };
    const present = series({ recurrenceRules: [...rules], recurrenceOverrides: overrides });
    for (const version of ['14.1', '16.1'] as const) {
      const weekly = recurrenceOf([
        ['Type', 1],
        ['DayOfWeek', 64],
      ]);
      const made = await taken([...NAMED, cal('Timezone', BERLIN), weekly], version, { present });
      expect(made.recurrenceRules?.map(({ frequency }) => frequency)).toEqual(['weekly', 'yearly']);
      // 28 November is a Saturday; from 16.0 on a new rule ends all exceptions.
      expect(made.recurrenceOverrides).toEqual(version === '14.1' ? overrides : extra);
    }
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
