import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import { occurrenceAt } from './occurrence-id.ts';

const daily: CalendarEvent = {
  ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', start: '2026-03-01T09:00:00' },
  ...{ duration: 'PT1H', timeZone: 'Europe/Berlin' },
  recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 4 }],
  recurrenceOverrides: {
    '2026-03-02T09:00:00': { excluded: true },
    '2026-03-03T09:00:00': { title: 'Other' },
    '2026-03-03T18:00:00': {},
  },
};

function code(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('the occurrence that an id means', () => {
  it.each([
    [0, 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'],
    [1, '2026-03-01T09:00:00'],
    [2, 'ErrorCalendarOccurrenceIsDeletedFromRecurrence'],
    [3, '2026-03-03T09:00:00'],
    [4, '2026-03-03T18:00:00'],
    [5, '2026-03-04T09:00:00'],
    [6, 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'],
    [999_999_999, 'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange'],
  ])('number %i, where deleted and added ones count', (instance, wanted) => {
    expect(code(() => occurrenceAt(daily, { occurrence: null, instance }))).toBe(wanted);
  });

  it.each([
    ['2026-03-04T09:00:00', '2026-03-04T09:00:00'],
    ['2026-03-03T18:00:00', '2026-03-03T18:00:00'],
    ['2026-03-04T10:00:00', 'ErrorItemNotFound'],
    ['2026-04-04T09:00:00', 'ErrorItemNotFound'],
    ['nonsense', 'ErrorItemNotFound'],
  ])('that of %s, and no other of that day', (occurrence, wanted) => {
    expect(code(() => occurrenceAt(daily, { occurrence, instance: null }))).toBe(wanted);
  });

  it('is none of what does not recur', () => {
    const { recurrenceRules: _, recurrenceOverrides: __, ...single } = daily;
    expect(code(() => occurrenceAt(single, { occurrence: null, instance: 1 }))).toBe(
      'ErrorCalendarCannotUseIdForRecurringMasterId',
    );
  });
});
