import { describe, expect, test } from 'vitest';
import type { CalendarEvent, ParticipationStatus } from '../calendar/types.ts';
import { withAnswer } from './answers.ts';
import { occurrenceOf } from './occurrence.ts';
import { attendeesOf } from './people.ts';
import { meeting, meetingFacts } from './testing.ts';

const [BOB, CID] = ['bob@one.example', 'cid@out.example'];
const [FIRST, SECOND] = ['2026-11-24T09:00:00', '2026-11-25T09:00:00'];
const series = () =>
  meeting({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 5 }] });

interface Said {
  from: string;
  /** Minute. */
  at: number;
  status: ParticipationStatus;
  key?: string;
}

function answered(event: CalendarEvent, { from, at, status, key }: Said): CalendarEvent {
  const facts = meetingFacts({
    method: 'REPLY',
    stamp: 1_800_000_000_000 + at * 60_000,
    attendee: { name: '', address: from, status, comment: '' },
  });
  return withAnswer(event, facts, from, key ?? null) ?? event;
}

const statusOf = (event: CalendarEvent, address: string) =>
  attendeesOf(event).find(([, { email }]) => email === address)?.[1].participationStatus;

/** What became of the whole and of two occurrences for each of the two. */
const outcome = (event: CalendarEvent) =>
  [event, occurrenceOf(event, FIRST), occurrenceOf(event, SECOND)].map((one) =>
    [BOB, CID].map((address) => statusOf(one, address)).join(' '),
  );

describe('answers to a series and to its occurrences', () => {
  const all: Said[] = [
    { from: BOB, at: 1, status: 'declined', key: FIRST },
    { from: BOB, at: 2, status: 'accepted' },
    { from: CID, at: 3, status: 'tentative', key: FIRST },
    { from: BOB, at: 4, status: 'tentative', key: SECOND },
  ];

  test('lead to the same in whatever order they come, and however often', () => {
    const expected = ['accepted needs-action', 'declined tentative', 'tentative needs-action'];
    for (const order of orders(all.length)) {
      for (const times of [1, 2]) {
        let event = series();
        for (const n of order) for (let i = 0; i < times; i++) event = answered(event, all[n] as Said);
        expect(outcome(event), `${order.join()} x${times}`).toEqual(expected);
      }
    }
  });

  test('of one attendee to one occurrence: the later one counts', () => {
    const [late, early]: Said[] = [
      { from: BOB, at: 9, status: 'accepted', key: FIRST },
      { from: BOB, at: 5, status: 'declined', key: FIRST },
    ];
    const event = answered(answered(series(), late as Said), early as Said);
    expect(statusOf(occurrenceOf(event, FIRST), BOB)).toBe('accepted');
  });
});

function* orders(n: number, so: number[] = []): Generator<number[]> {
  if (so.length === n) yield so;
  else for (let i = 0; i < n; i++) if (!so.includes(i)) yield* orders(n, [...so, i]);
}
