import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readICal } from '../../../../core/calendar/ical/read.ts';
import { writeICal } from '../../../../core/calendar/ical/write.ts';
import type { CalendarTask, RecurrenceRule } from '../../../../core/calendar/types.ts';
import { ENDLESS } from '../../../../core/pim/types.ts';
import { DEFAULT_OPTIONS } from '../../../../core/sync/options.ts';
import { taskForICal, taskFromICal } from '../../../../core/tasks/ical.ts';
import { body, codecWorld } from '../testing.ts';
import { taskCodec } from './index.ts';
import { added, documentOf, made, recurrence, START, t } from './testing.ts';

describe('a task that a device adds', () => {
  it('comes back with all its fields, and with those that have a default', async () => {
    const world = codecWorld(taskCodec);
    const item = await world.taken([
      t('Subject', 'Write'),
      body(1, 'Chapter one'),
      t('Importance', 2),
      t('Sensitivity', 1),
      t('Complete', 1),
      t('DateCompleted', '2026-03-04T10:00:00.000Z'),
      t('UtcStartDate', '2026-03-01T23:00:00.000Z'),
      t('StartDate', '2026-03-02T00:00:00.000Z'),
      t('UtcDueDate', '2026-03-03T23:00:00.000Z'),
      t('DueDate', '2026-03-04T00:00:00.000Z'),
      t('ReminderSet', 1),
      t('ReminderTime', '2026-03-03T08:00:00.000Z'),
      t('Categories', t('Category', 'Work'), t('Category', '__proto__')),
      t('OrdinalDate', '2026-03-01T08:00:00.000Z'),
      t('SubOrdinalDate', '5555'),
    ]);
    expect(await world.shown(item)).toEqual({
      Subject: 'Write',
      Importance: '2',
      Sensitivity: '1',
      Complete: '1',
      DateCompleted: '2026-03-04T10:00:00.000Z',
      UtcStartDate: '2026-03-01T23:00:00.000Z',
      StartDate: '2026-03-02T00:00:00.000Z',
      UtcDueDate: '2026-03-03T23:00:00.000Z',
      DueDate: '2026-03-04T00:00:00.000Z',
      ReminderSet: '1',
      ReminderTime: '2026-03-03T08:00:00.000Z',
      OrdinalDate: '2026-03-01T08:00:00.000Z',
      SubOrdinalDate: '5555',
      Categories: ['Work', '__proto__'],
      Body: { Type: '1', EstimatedDataSize: '11', Data: 'Chapter one' },
    });
    const { created: _, updated: __, ...document } = documentOf(item);
    expect(document).toMatchObject({
      ...{ '@type': 'Task', uid: 'item-1', title: 'Write', description: 'Chapter one', priority: 1 },
      ...{ privacy: 'private', progress: 'completed', progressUpdated: '2026-03-04T10:00:00Z' },
      ...{ start: '2026-03-02T00:00:00', due: '2026-03-04T00:00:00', timeZone: null, showWithoutTime: true },
    });
    expect(item.facts).toMatchObject({ title: 'Write', sortAt: Date.UTC(2026, 2, 4, 10) });
  });

  it('with a subject alone has the defaults', async () => {
    const world = codecWorld(taskCodec);
    const item = await world.taken([t('Subject', 'x')]);
    expect(await world.shown(item)).toEqual({
      ...{ Subject: 'x', Importance: '1', Sensitivity: '0', Complete: '0', ReminderSet: '0' },
    });
    expect(item.facts.sortAt).toBe(ENDLESS);
  });

  it('says since when it is done, also when the device did not', async () => {
    expect(await added(t('Complete', 1))).toMatchObject({ DateCompleted: '2026-11-21T12:00:00.000Z' });
  });

  test.each([
    ['a StartDate without UtcStartDate', t('StartDate', START)],
    ['a UtcStartDate without StartDate', t('UtcStartDate', START)],
    ['a DueDate without UtcDueDate', t('DueDate', START)],
    ['a UtcDueDate without DueDate', t('UtcDueDate', START)],
    ['a date that is none', t('OrdinalDate', '2026-02-30T00:00:00.000Z')],
    ['Complete that is no boolean', t('Complete', 2)],
    ['Importance that is no number', t('Importance', 'high')],
    ['Sensitivity out of range', t('Sensitivity', 4)],
    ['MSASTASK_S01_TC11 ReminderSet that is no boolean', t('ReminderSet', 2)],
    [
      'too many categories',
      t(
        'Categories',
        Array.from({ length: 301 }, (_, n) => t('Category', `${n}`)),
      ),
    ],
    ['a body of MIME', body(4, 'x')],
    ['a body of RTF that is none', body(3, 'no RTF')],
  ])('%s: Status 6', async (_name, node) => {
    expect(await added(node)).toBe(6);
  });

  it('MSASTASK_S01_TC09: an Importance that means nothing is kept and given back', async () => {
    expect(await added(t('Importance', 3))).toMatchObject({ Importance: '3' });
  });

  it('MSASTASK_S01_TC19: an empty list of categories is none', async () => {
    expect(await added(t('Categories'))).not.toHaveProperty('Categories');
  });

  it('MSASTASK_S01_TC17: a completed one says when', async () => {
    const node = await added(t('Complete', 1), t('DateCompleted', START));
    expect(node).toMatchObject({ Complete: '1', DateCompleted: START });
  });

  test.each([
    [1, 'plain', 'plain'],
    [2, '<p>rich</p>', '<p>rich</p>'],
    [3, '{\\rtf1 words}', 'words'],
  ])('body type %i is kept', async (type, data, expected) => {
    const world = codecWorld(taskCodec);
    const item = await world.taken([body(type, data)]);
    const bodies = [
      { type: type === 2 ? 2 : 1, truncationSize: null, allOrNone: false, preview: 0 } as const,
    ];
    expect(await world.shown(item, { bodies })).toMatchObject({ Body: { Data: expected } });
  });
});

describe('a task that a device changes', () => {
  const whole = [
    t('Subject', 'Write'),
    body(1, 'text'),
    t('Importance', 2),
    t('Sensitivity', 3),
    t('ReminderSet', 1),
    t('ReminderTime', START),
    t('UtcDueDate', START),
    t('DueDate', START),
    t('Categories', t('Category', 'Work')),
    recurrence({ Type: 0, Interval: 2 }),
  ];

  it('MSASTASK_S01_TC18: with a Subject alone keeps body, importance, sensitivity and reminder', async () => {
    const world = codecWorld(taskCodec);
    const item = await world.taken([t('Subject', 'Read')], await world.taken(whole));
    expect(await world.shown(item)).toEqual({
      ...{ Subject: 'Read', Importance: '2', Sensitivity: '3', Complete: '0' },
      ...{ ReminderSet: '1', ReminderTime: START },
      Body: { Type: '1', EstimatedDataSize: '4', Data: 'text' },
    });
  });

  it('keeps what the device does not manage', async () => {
    const world = codecWorld(taskCodec);
    const before = await world.taken(whole);
    const item = await world.taken([t('Subject', 'Read')], before, ['Tasks:Categories']);
    const shown = await world.shown(item);
    expect(shown).toMatchObject({ DueDate: START, Recurrence: { Interval: '2' } });
    expect(shown).not.toHaveProperty('Categories');
  });

  it('is open again by Complete 0', async () => {
    const world = codecWorld(taskCodec);
    const done = await world.taken([t('Complete', 1), t('DateCompleted', START)]);
    const open = await world.taken([t('Complete', 0)], done);
    expect(await world.shown(open)).not.toHaveProperty('DateCompleted');
    expect(open.facts.sortAt).toBe(ENDLESS);
    expect(documentOf(open)).not.toHaveProperty('progress');
  });

  it('is reminded of no more by ReminderSet 0, and by ReminderSet alone at no time', async () => {
    const world = codecWorld(taskCodec);
    const off = await world.taken([t('ReminderSet', 0)], await world.taken(whole));
    expect(await world.shown(off)).not.toHaveProperty('ReminderTime');
    const on = await world.shown(await world.taken([t('ReminderSet', 1)]));
    expect(on).toMatchObject({ ReminderSet: '1' });
    expect(on).not.toHaveProperty('ReminderTime');
  });

  it('keeps what no device can say, where it says the same again', async () => {
    const world = codecWorld(taskCodec);
    const rule: RecurrenceRule = { '@type': 'RecurrenceRule', frequency: 'weekly', byHour: [9, 17] };
    const before = made({
      ...{ title: 'x', start: '2026-03-30T09:00:00', due: '2026-03-30T10:00:00', timeZone: 'Europe/Berlin' },
      recurrenceRules: [rule],
      alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
      'waypost:ical': { properties: [['x-other', {}, 'text', 'y']] },
    });
    const shown = await world.shown(before);
    expect(shown).toMatchObject({
      ...{ StartDate: '2026-03-30T09:00:00.000Z', UtcStartDate: '2026-03-30T07:00:00.000Z' },
      ...{ ReminderTime: '2026-03-30T06:45:00.000Z' },
    });
    expect(shown).not.toHaveProperty('Recurrence');
    const after = await world.taken(await world.render(before), before);
    expect({ ...documentOf(after), updated: '' }).toEqual({ ...documentOf(before), updated: '' });
  });
});

it('any task that a device says is kept and told again as it was', async () => {
  const at = fc
    .integer({ min: Date.UTC(1990, 0) / 1000, max: Date.UTC(2100, 0) / 1000 })
    .map((s) => new Date(s * 1000).toISOString());
  const said = fc.record(
    {
      Subject: fc.string({ minLength: 1 }).filter((s) => s.trim() !== '' && !/[\0-\x1f]/.test(s)),
      Importance: fc.constantFrom('0', '1', '2', '7'),
      Sensitivity: fc.constantFrom('0', '1', '2', '3'),
      start: fc.tuple(at, at),
      due: fc.tuple(at, at),
      ReminderTime: at,
      DateCompleted: at,
      OrdinalDate: at,
      SubOrdinalDate: fc.stringMatching(/^[0-9a-z]{1,20}$/),
    },
    { requiredKeys: ['Subject'] },
  );
  await fc.assert(
    fc.asyncProperty(said, async ({ start, due, ...texts }) => {
      const expected: Record<string, string> = { ...(texts as Record<string, string>) };
      if (start !== undefined) Object.assign(expected, { StartDate: start[0], UtcStartDate: start[1] });
      if (due !== undefined) Object.assign(expected, { DueDate: due[0], UtcDueDate: due[1] });
      expected['Complete'] = texts.DateCompleted === undefined ? '0' : '1';
      expected['ReminderSet'] = texts.ReminderTime === undefined ? '0' : '1';
      const world = codecWorld(taskCodec);
      const item = await world.taken(Object.entries(expected).map(([name, value]) => t(name, value)));
      const shown = await world.shown(item);
      expect(shown).toEqual({ Importance: '1', Sensitivity: '0', ...expected });
      const again = await world.taken(await world.render(item), item);
      expect(again).toEqual(item);
    }),
  );
});

it('a task says the same to a device after it was written as iCalendar and read again', async () => {
  const world = codecWorld(taskCodec);
  const item = await world.taken([
    t('Subject', 'Write'),
    body(1, 'Chapter one\nand two'),
    t('Importance', 2),
    t('Sensitivity', 1),
    t('Complete', 1),
    t('DateCompleted', '2026-03-04T10:00:00.000Z'),
    t('UtcStartDate', '2026-03-01T23:00:00.000Z'),
    t('StartDate', '2026-03-02T00:00:00.000Z'),
    t('UtcDueDate', '2026-03-03T23:00:00.000Z'),
    t('DueDate', '2026-03-04T00:00:00.000Z'),
    t('ReminderSet', 1),
    t('ReminderTime', '2026-03-03T08:00:00.000Z'),
    t('Categories', t('Category', 'Work'), t('Category', 'a, b')),
    t('OrdinalDate', '2026-03-01T08:00:00.000Z'),
    t('SubOrdinalDate', '5555'),
    recurrence({ Type: 6, DayOfWeek: 62, WeekOfMonth: 5, MonthOfYear: 3, Regenerate: 1, CalendarType: 1 }),
  ]);
  const { documents } = readICal(writeICal([taskForICal(documentOf(item))]));
  const again = taskFromICal(documents[0] as CalendarTask);
  expect(await world.shown(made(again))).toEqual(await world.shown(item));
  expect(again).not.toHaveProperty('waypost:ical');
});

test.each([
  'no JSON',
  '%7',
  '3',
  encodeURIComponent('{"ahead":{"start":"x"},"ordinalDate":"never","x":1}'),
])('what a file says of a task in our name, and is not ours, is left out: %s', (text) => {
  const properties = [
    ['x-other', {}, 'unknown', 'kept'],
    ['x-waypost-task', {}, 'unknown', text],
  ];
  const { document } = made({ 'waypost:ical': { properties } });
  const read = taskFromICal(document as CalendarTask);
  expect(read['waypost:ical']).toEqual({ properties: properties.slice(0, 1) });
  expect(read['waypost:task'] ?? {}).toEqual({});
});

it('a damaged document is shown without what is damaged', async () => {
  const item = made({
    ...{ title: 'x', start: 'tomorrow', due: '2026-13-01T00:00:00' },
    recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', until: 'never' }],
  });
  const shown = await codecWorld(taskCodec).shown(item, DEFAULT_OPTIONS);
  expect(shown).toEqual({ Subject: 'x', Importance: '1', Sensitivity: '0', Complete: '0', ReminderSet: '0' });
});
