import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { ArrivedJob } from '../../../core/ports/queues.ts';
import { automaticWorld } from '../../../test/support/automatic-world.worker.ts';

const ANN = 'ann@one.example';
const OUT = 'olga@out.example';

const mail = (method: string, lines: readonly string[], from = OUT) =>
  new TextEncoder().encode(
    [
      `From: ${from}`,
      `To: ${ANN}`,
      `Message-ID: <${method}${lines.join('').length}@x>`,
      `Content-Type: text/calendar; charset=utf-8; method=${method}`,
      '',
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'UID:u1',
      `ORGANIZER:mailto:${OUT}`,
      `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${ANN}`,
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );

const at = (sequence: number, hour: number, ...more: string[]) => [
  `SEQUENCE:${sequence}`,
  `DTSTAMP:2026112${sequence}T100000Z`,
  `DTSTART:20270110T${String(hour).padStart(2, '0')}0000Z`,
  ...more,
];
const SERIES = at(0, 9, 'RRULE:FREQ=DAILY;COUNT=5');
const MOVED = at(1, 12, 'RRULE:FREQ=DAILY;COUNT=5');
const CANCEL = at(2, 12, 'STATUS:CANCELLED');

/** What the calendar holds after these messages, followed up in an order and so many times each. */
async function followed(
  messages: readonly (readonly [string, readonly string[]])[],
  order: readonly number[],
  times = 1,
) {
  const world = await automaticWorld();
  for (const [method, lines] of messages) await world.receive(OUT, ANN, mail(method, lines));
  // Ingested, not followed up yet.
  const follow = world.services.queues.arrived;
  const jobs: ArrivedJob[] = [];
  world.services.queues.arrived = async (list) => void jobs.push(...list);
  await world.settle();
  world.services.queues.arrived = follow;
  for (const n of order) for (let i = 0; i < times; i++) await world.followUp(jobs.slice(n, n + 1));
  const box = world.mailbox(ANN);
  const items = await box.itemsByUid('event', 'u1');
  const documents = items.map((item) => item.document as CalendarEvent);
  return {
    ...{ world, jobs, box, items },
    state: documents.map(({ start, status, sequence, recurrenceOverrides = {} }) => ({
      ...{ start, status: status ?? 'confirmed', sequence },
      changed: Object.keys(recurrenceOverrides),
    })),
  };
}

function* orders(n: number, so: number[] = []): Generator<number[]> {
  if (so.length === n) yield so;
  else for (let i = 0; i < n; i++) if (!so.includes(i)) yield* orders(n, [...so, i]);
}

describe('I8 messages of a meeting', () => {
  test('lead to the same calendar however often each is followed up', async () => {
    const messages = [
      ['REQUEST', SERIES],
      ['REQUEST', MOVED],
    ] as const;
    const once = await followed(messages, [0, 1]);
    expect(once.state).toEqual([
      { start: '2027-01-10T12:00:00', status: 'confirmed', sequence: 1, changed: [] },
    ]);
    expect((await followed(messages, [0, 1], 3)).state).toEqual(once.state);
  });

  test('lead to the same calendar in any order, a cancellation before its invitation included', async () => {
    const messages = [
      ['REQUEST', SERIES],
      ['REQUEST', MOVED],
      ['CANCEL', CANCEL],
    ] as const;
    for (const order of orders(3)) {
      const { state, box } = await followed(messages, order);
      // What was never seen before it was cancelled is not shown at all.
      if (state.length > 0) expect(state, order.join()).toMatchObject([{ status: 'cancelled', sequence: 2 }]);
      const calendar = (await box.folderByRole('calendar'))?.folderId ?? '';
      const open = (await box.pimPage(calendar, '', 10)).filter(
        ({ document }) => (document as CalendarEvent).status !== 'cancelled',
      );
      expect(open, order.join()).toEqual([]);
    }
  });

  test('of one occurrence find their place before and after the series', async () => {
    const one = at(1, 15, 'RECURRENCE-ID:20270111T090000Z');
    const messages = [
      ['REQUEST', SERIES],
      ['REQUEST', one],
    ] as const;
    const states = [];
    for (const order of orders(2)) states.push((await followed(messages, order, 2)).state);
    for (const state of states) {
      expect(state).toMatchObject([{ start: '2027-01-10T09:00:00', changed: ['2027-01-11T09:00:00'] }]);
    }
  });

  test('that are in Deleted Items already do nothing', async () => {
    const { world, jobs, box } = await followed([['REQUEST', SERIES]], []);
    const bin = (await box.folderByRole('deleted'))?.folderId ?? '';
    await box.move([jobs[0]?.itemId ?? ''], bin);
    await world.followUp(jobs);
    expect(await box.itemsByUid('event', 'u1')).toEqual([]);
  });

  test('of somebody else leave the calendar as it is', async () => {
    const { world, box } = await followed([['REQUEST', SERIES]], [0]);
    const before = await box.itemsByUid('event', 'u1');
    for (const method of ['REQUEST', 'CANCEL']) {
      await world.receive('eve@out.example', ANN, mail(method, at(9, 20), 'eve@out.example'));
    }
    await world.settle();
    expect(await box.itemsByUid('event', 'u1')).toEqual(before);
    const why = world.lines
      .filter(({ event }) => event === 'meeting.ignored')
      .map(({ fields }) => fields['why']);
    expect(why).toEqual(['not-the-organizer', 'not-the-organizer']);
  });
});
