import { describe, expect, test } from 'vitest';
import { occurrences } from '../../../core/calendar/occurrences.ts';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { ArrivedJob } from '../../../core/ports/queues.ts';
import { occurrenceOf } from '../../../core/scheduling/occurrence.ts';
import { automaticWorld } from '../../../test/support/automatic-world.worker.ts';

const ANN = 'ann@one.example';
const OUT = 'olga@out.example';

/** An iTIP message of olga's to ann, or the other way, with these components. */
const mail = (method: string, events: readonly (readonly string[])[], from: string) =>
  new TextEncoder().encode(
    [
      `From: ${from}`,
      `To: ${ANN}`,
      `Message-ID: <${method}${events.flat().join('').length}-${events.flat().join('').replace(/\W/g, '').slice(-40)}@x>`,
      `Content-Type: text/calendar; charset=utf-8; method=${method}`,
      '',
      'BEGIN:VCALENDAR',
      ...events.flatMap((lines) => ['BEGIN:VEVENT', 'UID:u1', ...lines, 'END:VEVENT']),
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );

const PEOPLE = [`ORGANIZER:mailto:${OUT}`, `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${ANN}`];

type Said = readonly [method: string, ...events: (readonly string[])[]];

/** Said at minute `n`. */
const event = (sequence: number, n: number, ...lines: string[]) => [
  ...PEOPLE,
  `SEQUENCE:${sequence}`,
  `DTSTAMP:20261120T10${String(n).padStart(2, '0')}00Z`,
  ...lines,
];

const at = (day: number, hour: number, minutes = 60) => [
  `DTSTART:202701${day}T${String(hour).padStart(2, '0')}0000Z`,
  `DURATION:PT${minutes}M`,
];
const SERIES: Said = ['REQUEST', event(0, 0, ...at(10, 9), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan')];
const named = (day: number, hour = 9, range = '') => `RECURRENCE-ID${range}:202701${day}T0${hour}0000Z`;
const RANGE = ';RANGE=THISANDFUTURE';

async function world() {
  const w = await automaticWorld();
  const box = w.mailbox(ANN);
  const receive = async ([method, ...events]: Said, from = OUT) => {
    await w.receive(from, ANN, mail(method, events, from));
  };
  /** What takes place by ann's calendar, in order. */
  const seen = async () => {
    const calendar = (await box.folderByRole('calendar'))?.folderId ?? '';
    const found: string[] = [];
    for (const { document } of await box.pimPage(calendar, '', 100)) {
      const one = document as CalendarEvent;
      if (one.status === 'cancelled') continue;
      const window = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2027, 2, 1) };
      for (const { start, end, recurrenceId } of occurrences(one, window)) {
        const shown = recurrenceId === null ? one : occurrenceOf(one, recurrenceId);
        if (shown.status === 'cancelled') continue;
        const time = new Date(start).toISOString().slice(8, 13);
        found.push(`${time} ${(end - start) / 60_000} ${shown.title ?? ''}`.trim());
      }
    }
    return found.sort();
  };
  /** Follows the messages up in an order, so many times each. */
  const followed = async (messages: readonly Said[], order: readonly number[], times = 1) => {
    for (const one of messages) await receive(one);
    const follow = w.services.queues.arrived;
    const jobs: ArrivedJob[] = [];
    w.services.queues.arrived = async (list) => void jobs.push(...list);
    await w.settle();
    w.services.queues.arrived = follow;
    expect(jobs).toHaveLength(messages.length);
    for (const n of order) for (let i = 0; i < times; i++) await w.followUp(jobs.slice(n, n + 1));
    return seen();
  };
  return { ...w, box, receive, seen, followed };
}

function* orders(n: number, so: number[] = []): Generator<number[]> {
  if (so.length === n) yield so;
  else for (let i = 0; i < n; i++) if (!so.includes(i)) yield* orders(n, [...so, i]);
}

/** The same in any order, and when each comes twice. */
async function inAnyOrder(messages: readonly Said[], expected: readonly string[]) {
  for (const order of orders(messages.length)) {
    for (const times of [1, 2]) {
      const state = await (await world()).followed(messages, order, times);
      expect(state, `${order.join()} x${times}`).toEqual(expected);
    }
  }
}

const PLAN = [
  '10T09 60 Plan',
  '11T09 60 Plan',
  '12T09 60 Plan',
  '13T09 60 Plan',
  '14T09 60 Plan',
  '15T09 60 Plan',
];
const without = (...days: string[]) => PLAN.filter((one) => !days.some((day) => one.startsWith(day)));

describe('I8 messages about one occurrence, in whatever order they come', () => {
  test('a cancellation is carried out when its series comes after it', async () => {
    const cancel: Said = ['CANCEL', event(1, 5, ...at(12, 9), named(12), 'STATUS:CANCELLED')];
    await inAnyOrder([SERIES, cancel], without('12'));
  });

  test('a cancellation that says no more than which occurrence it means cancels that one', async () => {
    const cancel: Said = ['CANCEL', event(1, 5, named(12))];
    await inAnyOrder([SERIES, cancel], without('12'));
  });

  test('several cancellations and an update all find their places', async () => {
    const messages: Said[] = [
      SERIES,
      ['CANCEL', event(1, 5, ...at(12, 9), named(12))],
      ['REQUEST', event(2, 6, ...at(13, 15), named(13), 'SUMMARY:Later')],
      ['CANCEL', event(3, 7, ...at(14, 9), named(14))],
    ];
    await inAnyOrder(messages, [...without('12', '13', '14'), '13T15 60 Later'].sort());
  });

  test('an update of an occurrence that was cancelled after it does not bring it back, one said later does', async () => {
    const update: Said = ['REQUEST', event(1, 5, ...at(12, 15), named(12), 'SUMMARY:Later')];
    const cancel: Said = ['CANCEL', event(2, 6, ...at(12, 15), named(12))];
    const again: Said = ['REQUEST', event(3, 7, ...at(12, 17), named(12), 'SUMMARY:Again')];
    await inAnyOrder([SERIES, update, cancel], without('12'));
    await inAnyOrder([SERIES, cancel, again], [...without('12'), '12T17 60 Again'].sort());
  });

  test('what the organizer says of the whole series after it counts instead', async () => {
    const cancel: Said = ['CANCEL', event(1, 5, ...at(12, 9), named(12))];
    const whole: Said = ['REQUEST', event(2, 6, ...at(10, 9), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan')];
    await inAnyOrder([SERIES, cancel, whole], PLAN);
  });

  test('what was said of an occurrence after the whole series moved is kept when the move comes late', async () => {
    const moved: Said = ['REQUEST', event(1, 5, ...at(10, 12), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan')];
    const cancel: Said = ['CANCEL', event(2, 6, ...at(12, 12), 'RECURRENCE-ID:20270112T120000Z')];
    const noon = PLAN.map((one) => one.replace('T09', 'T12')).filter((one) => !one.startsWith('12'));
    await inAnyOrder([SERIES, moved, cancel], noon);
  });

  test('a cancellation waits for the move of its series to other days', async () => {
    const moved: Said = ['REQUEST', event(1, 5, ...at(20, 9), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan')];
    const cancel: Said = ['CANCEL', event(2, 6, ...at(22, 9), named(22))];
    const days = ['20T09 60 Plan', '21T09 60 Plan', '23T09 60 Plan', '24T09 60 Plan', '25T09 60 Plan'];
    await inAnyOrder([SERIES, moved, cancel], days);
  });

  test('the cancellation of the whole overtakes a series and its occurrences', async () => {
    const messages: Said[] = [
      SERIES,
      ['REQUEST', event(1, 5, ...at(13, 15), named(13), 'SUMMARY:Later')],
      ['CANCEL', [`ORGANIZER:mailto:${OUT}`, 'SEQUENCE:2', 'DTSTAMP:20261120T100600Z']],
    ];
    await inAnyOrder(messages, []);
  });

  test('a cancellation of somebody else touches no series that comes after it', async () => {
    const w = await world();
    const theirs = event(9, 9, ...at(12, 9), named(12)).map((line) => line.replace(OUT, 'eve@out.example'));
    await w.receive(['CANCEL', theirs], 'eve@out.example');
    await w.receive(['CANCEL', event(9, 9, ...at(13, 9), named(13))], 'eve@out.example');
    await w.settle();
    await w.receive(SERIES);
    await w.settle();
    expect(await w.seen()).toEqual(PLAN);
  });
});

describe('messages about this and following (RANGE=THISANDFUTURE)', () => {
  const later = (day: number, from: number) =>
    PLAN.map((one) =>
      Number(one.slice(0, 2)) >= day ? one.replace('T09 60 Plan', `T${from} 30 Late`) : one,
    );

  test('a cancellation ends the series before it, in any order', async () => {
    const cancel: Said = ['CANCEL', event(1, 5, ...at(13, 9), named(13, 9, RANGE))];
    await inAnyOrder([SERIES, cancel], without('13', '14', '15'));
  });

  test('a cancellation from the first on is one of all', async () => {
    const cancel: Said = ['CANCEL', event(1, 5, named(10, 9, RANGE))];
    await inAnyOrder([SERIES, cancel], []);
  });

  test('a change is one of all that follow, which move by as much, and of none before', async () => {
    const change: Said = ['REQUEST', event(1, 5, ...at(13, 15, 30), named(13, 9, RANGE), 'SUMMARY:Late')];
    await inAnyOrder([SERIES, change], later(13, 15));
  });

  test('a change in the same message as the series', async () => {
    const both: Said = [
      'REQUEST',
      event(1, 5, ...at(10, 9), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan'),
      event(1, 5, ...at(13, 15, 30), named(13, 9, RANGE), 'SUMMARY:Late'),
    ];
    await inAnyOrder([SERIES, both], later(13, 15));
  });

  test('later messages find the occurrences by the names that the organizer gives them', async () => {
    const messages: Said[] = [
      SERIES,
      ['REQUEST', event(1, 5, ...at(13, 15, 30), named(13, 9, RANGE), 'SUMMARY:Late')],
      ['CANCEL', event(2, 6, ...at(11, 9), named(11))],
      ['CANCEL', event(3, 7, ...at(14, 15), named(14))],
    ];
    const w = await world();
    const left = later(13, 15).filter((one) => !/^1[14]/.test(one));
    expect(await w.followed(messages, [0, 1, 2, 3])).toEqual(left);
    await w.receive(['REQUEST', event(4, 8, ...at(10, 9), 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Plan')]);
    await w.settle();
    expect(await w.seen()).toEqual(PLAN);
    expect((await w.box.itemsByUid('event', 'u1')).length).toBe(1);
  });

  test('a second change further on cuts once more, and a cancellation of all ends all', async () => {
    const messages: Said[] = [
      SERIES,
      ['REQUEST', event(1, 5, ...at(12, 15, 30), named(12, 9, RANGE), 'SUMMARY:Late')],
      ['REQUEST', event(2, 6, ...at(14, 17, 45), named(14, 9, RANGE), 'SUMMARY:Evening')],
    ];
    const w = await world();
    expect(await w.followed(messages, [0, 1, 2])).toEqual([
      ...PLAN.slice(0, 2),
      ...['12T15 30 Late', '13T15 30 Late', '14T17 45 Evening', '15T17 45 Evening'],
    ]);
    await w.receive(['CANCEL', event(3, 7, ...at(10, 9), 'STATUS:CANCELLED')]);
    await w.settle();
    expect(await w.seen()).toEqual([]);
  });

  test('a weekly series that moves to another day of the week, without an end', async () => {
    const weekly: Said = ['REQUEST', event(0, 0, ...at(11, 9), 'RRULE:FREQ=WEEKLY;BYDAY=MO', 'SUMMARY:Plan')];
    const moved: Said = ['REQUEST', event(1, 5, ...at(20, 10), named(18, 9, RANGE), 'SUMMARY:Plan')];
    const w = await world();
    expect((await w.followed([weekly, moved], [0, 1])).slice(0, 4)).toEqual([
      ...['03T10 60 Plan', '10T10 60 Plan', '11T09 60 Plan', '17T10 60 Plan'],
    ]);
    expect((await w.seen()).length).toBe(7);
  });
});
