import { describe, expect, test } from 'vitest';
import { planAnnouncement } from './announce.ts';
import { occurrenceOf, withOccurrence } from './occurrence.ts';
import { answeredEvent, receivedEvent, receivedOccurrence } from './received.ts';
import { meeting } from './testing.ts';

const KEY = '2026-11-24T09:00:00';
const series = (privacy?: 'private' | 'secret') =>
  meeting({
    recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 5 }],
    ...(privacy === undefined ? {} : { privacy }),
  });
const bob = { isSelf: (address: string) => address === 'bob@one.example' };

describe('the privacy of one occurrence', () => {
  test('is kept when it alone is private', () => {
    const one = { ...occurrenceOf(series(), KEY), privacy: 'private' as const };
    const whole = withOccurrence(series(), one, KEY);
    expect(occurrenceOf(whole, KEY).privacy).toBe('private');
    expect(whole.privacy).toBeUndefined();
  });

  test('is kept when it alone is not', () => {
    const { privacy: _, ...one } = occurrenceOf(series('private'), KEY);
    expect(occurrenceOf(withOccurrence(series('private'), one, KEY), KEY).privacy).toBeUndefined();
  });

  test('is told to those who are invited', () => {
    const one = { ...occurrenceOf(series(), KEY), privacy: 'private' as const };
    const plan = planAnnouncement(series(), withOccurrence(series(), one, KEY));
    expect(plan?.messages.map(({ event }) => [event.recurrenceId, event.privacy])).toEqual([
      [KEY, 'private'],
    ]);
  });

  test('stays when the owner answers for it', () => {
    const one = { ...occurrenceOf(series(), KEY), privacy: 'private' as const };
    const whole = withOccurrence(series(), one, KEY);
    const answered = answeredEvent(occurrenceOf(whole, KEY), 'accepted', 0, bob);
    expect(occurrenceOf(withOccurrence(whole, answered, KEY), KEY).privacy).toBe('private');
  });

  test('that its organizer sends arrives', () => {
    const sent = { ...occurrenceOf(series(), KEY), privacy: 'secret' as const };
    const whole = receivedOccurrence(series(), sent, KEY, { sequence: 1, stamp: 0 }, bob);
    expect(occurrenceOf(whole, KEY).privacy).toBe('secret');
  });

  test('and of the whole, which the owner of a calendar has made private, is not undone by an update', () => {
    const version = { sequence: 1, stamp: 0 };
    const own = { ...series('private'), 'waypost:sensitivity': 'private' as const };
    const updated = receivedEvent(series(), own, version, bob);
    expect([updated.privacy, updated['waypost:sensitivity']]).toEqual(['private', 'private']);
    const whole = receivedOccurrence(own, occurrenceOf(series(), KEY), KEY, version, bob);
    expect(occurrenceOf(whole, KEY).privacy).toBe('private');
    expect(receivedEvent(series('secret'), own, version, bob).privacy).toBe('secret');
  });
});
