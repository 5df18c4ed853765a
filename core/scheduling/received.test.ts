import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../calendar/types.ts';
import { occurrenceOf } from './occurrence.ts';
import {
  answeredEvent,
  cancelledEvent,
  cancelledOccurrence,
  isNewer,
  knownVersion,
  receivedEvent,
  receivedOccurrence,
  withOrphans,
} from './received.ts';
import { meeting, person } from './testing.ts';

const bob = { isSelf: (address: string) => address === 'bob@one.example' };
const first = { sequence: 0, stamp: Date.UTC(2026, 10, 1) };
const second = { sequence: 1, stamp: Date.UTC(2026, 10, 2) };
const statusOf = (event: CalendarEvent) => event.participants?.['b']?.participationStatus;
const series = (more: Partial<CalendarEvent> = {}) =>
  meeting({ recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 5 }], ...more });

describe('a meeting in the calendar of somebody invited', () => {
  test('is tentative until they answer, and keeps what the organizer means it to be', () => {
    const event = receivedEvent(meeting({ method: 'request' }), null, first, bob);
    expect(event).toMatchObject({
      'waypost:busy': 'tentative',
      'waypost:intendedBusy': 'busy',
      'waypost:response': { type: 'none' },
    });
    expect(event.method).toBeUndefined();
    expect(statusOf(event)).toBe('needs-action');
    expect(knownVersion(event)).toEqual(first);
  });

  test('takes the time that was meant when it is accepted, and none when it is declined', () => {
    const event = receivedEvent(meeting({ 'waypost:busy': 'oof' }), null, first, bob);
    const at = Date.UTC(2026, 10, 3);
    const accepted = answeredEvent(event, 'accepted', at, bob);
    expect(accepted).toMatchObject({
      'waypost:busy': 'oof',
      'waypost:response': { type: 'accepted', at: '2026-11-03T00:00:00Z' },
    });
    expect(statusOf(accepted)).toBe('accepted');
    expect(answeredEvent(accepted, 'tentative', at, bob)['waypost:busy']).toBe('tentative');
    expect(answeredEvent(accepted, 'declined', at, bob)).toMatchObject({
      'waypost:busy': 'free',
      freeBusyStatus: 'free',
    });
    expect(
      answeredEvent(answeredEvent(accepted, 'declined', at, bob), 'accepted', at, bob)['waypost:busy'],
    ).toBe('oof');
  });

  test('keeps the answer and what its owner set when an update changes no time', () => {
    const alerts = {
      x: { '@type': 'Alert' as const, trigger: { '@type': 'OffsetTrigger' as const, offset: '-PT5M' } },
    };
    const before = {
      ...answeredEvent(receivedEvent(meeting(), null, first, bob), 'accepted', first.stamp, bob),
      alerts,
      keywords: { Mine: true as const },
    };
    const renamed = receivedEvent(meeting({ title: 'New', sequence: 1 }), before, second, bob);
    expect(renamed).toMatchObject({ title: 'New', 'waypost:busy': 'busy', alerts, keywords: { Mine: true } });
    expect(statusOf(renamed)).toBe('accepted');
    const moved = receivedEvent(meeting({ start: '2026-11-24T09:00:00', sequence: 1 }), before, second, bob);
    expect(moved).toMatchObject({
      'waypost:busy': 'tentative',
      'waypost:response': { type: 'none' },
      alerts,
    });
    expect(statusOf(moved)).toBe('needs-action');
  });

  test('knows newer from older by sequence, then by time to the second', () => {
    expect(isNewer(second, first)).toBe(true);
    expect(isNewer(first, second)).toBe(false);
    expect(isNewer({ sequence: 1, stamp: 0 }, first)).toBe(true);
    expect(isNewer({ ...first, stamp: first.stamp + 999 }, first)).toBe(false);
    expect(isNewer({ ...first, stamp: first.stamp + 1000 }, first)).toBe(true);
  });

  test('stays to be seen when it is cancelled, and takes no time', () => {
    const event = cancelledEvent(receivedEvent(meeting(), null, first, bob), second);
    expect(event).toMatchObject({ status: 'cancelled', 'waypost:busy': 'free', freeBusyStatus: 'free' });
    expect(knownVersion(event)).toEqual(second);
  });
});

describe('an occurrence', () => {
  const key = '2026-11-25T09:00:00';

  test('is changed alone', () => {
    const present = receivedEvent(series(), null, first, bob);
    const moved = meeting({ start: '2026-11-25T15:00:00', title: 'Later', recurrenceId: key });
    const after = receivedOccurrence(present, moved, key, second, bob);
    expect(after.recurrenceRules).toEqual(present.recurrenceRules);
    expect(after.title).toBe('Plan');
    expect(occurrenceOf(after, key)).toMatchObject({
      start: '2026-11-25T15:00:00',
      title: 'Later',
      duration: 'PT1H',
    });
    expect(occurrenceOf(after, '2026-11-24T09:00:00')).toMatchObject({
      start: '2026-11-24T09:00:00',
      title: 'Plan',
    });
    const answered = answeredEvent(occurrenceOf(after, key), 'accepted', 1, bob);
    expect(answered['waypost:response']?.type).toBe('accepted');
  });

  test('goes when it is cancelled', () => {
    const after = cancelledOccurrence(receivedEvent(series(), null, first, bob), key, first);
    expect(after.recurrenceOverrides?.[key]).toMatchObject({ excluded: true });
  });

  test('that came before its series takes its place in it', () => {
    const orphan = receivedEvent(
      meeting({ start: '2026-11-25T15:00:00', recurrenceId: key }),
      null,
      first,
      bob,
    );
    const whole = withOrphans(receivedEvent(series(), null, first, bob), [{ event: orphan, key }]);
    expect(occurrenceOf(whole, key).start).toBe('2026-11-25T15:00:00');
  });

  test('may have people of its own', () => {
    const present = receivedEvent(series(), null, first, bob);
    const more = meeting({ start: key, recurrenceId: key });
    more.participants = { ...more.participants, d: person('dan@out.example') };
    const after = receivedOccurrence(present, more, key, second, bob);
    expect(Object.keys(occurrenceOf(after, key).participants ?? {})).toEqual(['a', 'b', 'c', 'd']);
    expect(Object.keys(after.participants ?? {})).toEqual(['a', 'b', 'c']);
  });
});
