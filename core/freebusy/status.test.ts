import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../calendar/types.ts';
import { busyStatusOf, mergedOf, mergeStrings, slotsBetween } from './status.ts';

const at = (time: string) => Date.parse(`2026-11-01T${time}Z`);
const HALF = 30 * 60_000;
const event = (over: Partial<CalendarEvent>): CalendarEvent => ({
  ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', start: '2026-11-01T10:00:00' },
  ...over,
});

describe('how an event takes time', () => {
  test.each<[string, Partial<CalendarEvent>, string]>([
    ['nothing said', {}, 'busy'],
    ['free', { freeBusyStatus: 'free' }, 'free'],
    ['out of office', { 'waypost:busy': 'oof' }, 'oof'],
    [
      'elsewhere, though free to RFC 8984',
      { 'waypost:busy': 'elsewhere', freeBusyStatus: 'free' },
      'elsewhere',
    ],
    ['cancelled, whatever it was', { status: 'cancelled', 'waypost:busy': 'oof' }, 'free'],
    ['declined', { 'waypost:response': { type: 'declined' } }, 'free'],
    ['an invitation without an answer', { 'waypost:response': { type: 'none' } }, 'tentative'],
    ['answered tentatively', { 'waypost:response': { type: 'tentative' } }, 'tentative'],
    ['accepted', { 'waypost:response': { type: 'accepted' } }, 'busy'],
    ['tentative by itself', { status: 'tentative' }, 'tentative'],
    ['a status that is none', { 'waypost:busy': 'perhaps' as 'busy' }, 'busy'],
  ])('%s', (_what, over, status) => {
    expect(busyStatusOf(event(over))).toBe(status);
  });
});

describe('digits', () => {
  test('are one for each slot and one for the rest', () => {
    expect(slotsBetween(at('13:00:00'), at('13:30:00'), HALF)).toBe(1);
    expect(slotsBetween(at('12:59:59'), at('13:30:00'), HALF)).toBe(2);
    expect(slotsBetween(at('13:00:00'), at('13:30:01'), HALF)).toBe(2);
  });

  test('are those of the strongest that touches the slot, and of nothing outside', () => {
    const block = (start: string, end: string, status: 'tentative' | 'busy' | 'oof' | 'elsewhere') => ({
      ...{ start: at(start), end: at(end), status },
    });
    const merged = (...blocks: ReturnType<typeof block>[]) =>
      mergedOf(blocks, at('10:00:00'), at('12:00:00'), HALF);
    expect(merged()).toBe('0000');
    expect(merged(block('10:30:00', '11:00:00', 'busy'))).toBe('0200');
    expect(merged(block('10:29:59', '11:00:01', 'busy'))).toBe('2220');
    expect(merged(block('08:00:00', '10:00:00', 'busy'), block('12:00:00', '13:00:00', 'oof'))).toBe('0000');
    expect(merged(block('08:00:00', '20:00:00', 'tentative'), block('11:10:00', '11:20:00', 'oof'))).toBe(
      '1131',
    );
    expect(
      merged(block('10:00:00', '12:00:00', 'elsewhere'), block('10:00:00', '10:01:00', 'tentative')),
    ).toBe('1000');
  });

  test('of several people are the highest of each slot, and unknown only where nobody is known', () => {
    expect(mergeStrings(['0120', '3002', '00'])).toBe('3122');
    expect(mergeStrings(['4444', '0420', '4442'])).toBe('0422');
    expect(mergeStrings([])).toBe('');
  });
});
