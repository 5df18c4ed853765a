import { describe, expect, it } from 'vitest';
import { mergeFreeBusy, slotsBetween, unknownFreeBusy } from './free-busy.ts';

const at = (time: string) => Date.parse(`2026-11-01T${time}Z`);

describe('merged free/busy digits', () => {
  it('are one for each 30 minutes and one for the rest', () => {
    expect(slotsBetween(at('13:00:00'), at('13:30:00'))).toBe(1);
    expect(slotsBetween(at('12:59:59'), at('13:30:00'))).toBe(2);
    expect(slotsBetween(at('13:00:00'), at('13:30:01'))).toBe(2);
    expect(unknownFreeBusy(at('02:00:00'), at('04:00:00'))).toBe('4444');
  });

  it('of several people are the highest of each slot', () => {
    expect(mergeFreeBusy(['0120', '3002', '00'])).toBe('3122');
    expect(mergeFreeBusy([])).toBe('');
  });
});
