import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../calendar/types.ts';
import { planAnnouncement, toldForm, withAttendee } from './announce.ts';
import { withAnswer } from './answers.ts';
import { withoutOccurrence } from './occurrence.ts';
import { meeting, meetingFacts, person } from './testing.ts';

function planned(told: CalendarEvent | null, now: CalendarEvent | null) {
  const plan = planAnnouncement(told === null ? null : toldForm(told), now);
  return {
    sequence: plan?.event.sequence,
    messages: (plan?.messages ?? []).map(({ method, event, to }) => ({
      method,
      to: to.map(({ address }) => address.slice(0, 3)),
      sequence: event.sequence,
      ...(event.recurrenceId === undefined ? {} : { occurrence: event.recurrenceId }),
    })),
  };
}

const series = (more: Partial<CalendarEvent> = {}) =>
  meeting({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 5 }], ...more });
const KEY = '2026-11-25T09:00:00';

describe('what attendees are told', () => {
  test('of a new meeting: all of them, but not the organizer', () => {
    expect(planned(null, meeting())).toEqual({
      sequence: 0,
      messages: [{ method: 'REQUEST', to: ['bob', 'cid'], sequence: 0 }],
    });
  });

  test('of a change of time: all, with the next number; of another title with the same', () => {
    expect(planned(meeting(), meeting({ start: '2026-11-24T09:00:00' }))).toEqual({
      sequence: 1,
      messages: [{ method: 'REQUEST', to: ['bob', 'cid'], sequence: 1 }],
    });
    expect(planned(meeting(), meeting({ title: 'New' }))).toMatchObject({
      sequence: 0,
      messages: [{ method: 'REQUEST', to: ['bob', 'cid'] }],
    });
    // A device has counted already.
    expect(planned(meeting(), meeting({ start: '2026-11-24T09:00:00', sequence: 4 })).sequence).toBe(4);
  });

  test('of answers, reminders and categories: nothing', () => {
    const attendee = { name: '', address: 'bob@one.example', status: 'accepted' as const, comment: '' };
    const answered = withAnswer(
      meeting(),
      meetingFacts({ method: 'REPLY', attendee }),
      'bob@one.example',
      null,
    );
    expect(answered?.participants?.['b']?.participationStatus).toBe('accepted');
    expect(
      planned(meeting(), { ...answered, keywords: { Red: true }, alerts: {} } as CalendarEvent).messages,
    ).toEqual([]);
  });

  test('of who comes and goes: those alone', () => {
    const { a, b } = meeting().participants ?? {};
    const now = meeting({ participants: { ...(a && b ? { a, b } : {}), d: person('dan@out.example') } });
    expect(planned(meeting(), now).messages).toEqual([
      { method: 'CANCEL', to: ['cid'], sequence: 1 },
      { method: 'REQUEST', to: ['dan'], sequence: 0 },
    ]);
  });

  test('of the end of a meeting: all that it is cancelled', () => {
    const gone = { sequence: 1, messages: [{ method: 'CANCEL', to: ['bob', 'cid'], sequence: 1 }] };
    expect(planned(meeting(), null)).toEqual(gone);
    expect(planned(meeting(), meeting({ status: 'cancelled' }))).toEqual(gone);
    expect(planned(null, null).messages).toEqual([]);
    expect(planned(null, meeting({ status: 'cancelled' })).messages).toEqual([]);
  });

  test('of one occurrence: that one', () => {
    const moved = series({ recurrenceOverrides: { [KEY]: { start: '2026-11-25T12:00:00' } } });
    expect(planned(series(), moved)).toEqual({
      sequence: 1,
      messages: [{ method: 'REQUEST', to: ['bob', 'cid'], sequence: 1, occurrence: KEY }],
    });
    expect(planned(series(), withoutOccurrence(series(), KEY)).messages).toEqual([
      { method: 'CANCEL', to: ['bob', 'cid'], sequence: 1, occurrence: KEY },
    ]);
    expect(planned(moved, moved).messages).toEqual([]);
  });

  test('of somebody who learned of it from an attendee', () => {
    const now = withAttendee(meeting(), 'f', { name: 'Fay', address: 'fay@out.example' });
    expect(planned(meeting(), now).messages).toEqual([{ method: 'REQUEST', to: ['fay'], sequence: 0 }]);
    expect(withAttendee(now, 'g', { name: '', address: 'FAY@out.example' })).toBe(now);
  });
});

describe('an answer', () => {
  const reply = (more: Parameters<typeof meetingFacts>[0] = {}) =>
    meetingFacts({
      method: 'REPLY',
      attendee: { name: '', address: 'bob@one.example', status: 'declined', comment: 'No' },
      ...more,
    });

  test('counts when it is the later one', () => {
    const once = withAnswer(meeting(), reply(), 'bob@one.example', null);
    expect(once?.participants?.['b']).toMatchObject({
      participationStatus: 'declined',
      participationComment: 'No',
      scheduleSequence: 0,
    });
    expect(withAnswer(once as CalendarEvent, reply(), 'bob@one.example', null)).toBeNull();
    expect(withAnswer(once as CalendarEvent, reply({ stamp: 1 }), 'bob@one.example', null)).toBeNull();
    expect(
      withAnswer(once as CalendarEvent, reply({ stamp: 1, sequence: 1 }), 'bob@one.example', null),
    ).not.toBeNull();
  });

  test('of somebody who was not invited changes nothing, nor does one of the organizer', () => {
    expect(withAnswer(meeting(), reply(), 'eve@out.example', null)).toBeNull();
    expect(withAnswer(meeting(), reply(), 'ann@one.example', null)).toBeNull();
  });

  test('may be for one occurrence, and may propose another time with an answer or without one', () => {
    const proposed = { startsAt: Date.UTC(2026, 10, 25, 12), endsAt: Date.UTC(2026, 10, 25, 13) };
    const after = withAnswer(series(), reply({ method: 'COUNTER', proposed }), 'bob@one.example', KEY);
    expect(after?.participants?.['b']?.participationStatus).toBe('needs-action');
    expect(after?.recurrenceOverrides?.[KEY]).toMatchObject({
      participants: {
        b: {
          participationStatus: 'declined',
          'waypost:proposed': { start: '2026-11-25T12:00:00Z', end: '2026-11-25T13:00:00Z' },
        },
      },
    });
    const { attendee } = reply();
    const open = attendee === null ? null : { ...attendee, status: 'needs-action' as const };
    const asks = reply({ method: 'COUNTER', proposed, attendee: open });
    expect(withAnswer(meeting(), asks, 'bob@one.example', null)?.participants?.['b']).toMatchObject({
      participationStatus: 'tentative',
    });
  });
});
