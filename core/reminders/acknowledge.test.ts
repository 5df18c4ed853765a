import { expect, test } from 'vitest';
import { nextReminder } from '../calendar/reminder.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { dismissed, snoozed } from './acknowledge.ts';

const at = (time: string) => Date.parse(`2026-12-${time}:00Z`);
const event: CalendarEvent = {
  ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', timeZone: 'Etc/UTC' },
  ...{ start: '2026-12-01T10:00:00', duration: 'PT1H' },
  recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily' }],
  alerts: { a: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
};

test('what was seen does not come again, what comes after it does', () => {
  const seen = dismissed(event, at('01T09:45'));
  expect(nextReminder(seen, at('01T00:00'))?.at).toBe(at('02T09:45'));
});

test('what was put off comes once more, at its new time', () => {
  const later = snoozed(event, at('01T09:45'), at('01T09:55'));
  expect(nextReminder(later, at('01T00:00'))?.at).toBe(at('01T09:55'));
  const again = snoozed(later, at('01T09:55'), at('01T09:58'));
  expect(nextReminder(again, at('01T00:00'))?.at).toBe(at('01T09:58'));
  expect(nextReminder(dismissed(again, at('01T09:58')), at('01T00:00'))?.at).toBe(at('02T09:45'));
});
