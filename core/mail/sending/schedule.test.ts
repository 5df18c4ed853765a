import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GIVE_UP_MS, nextAttempt } from './schedule.ts';

const MINUTE = 60_000;

describe('the times of attempts', () => {
  test('grow from a minute to four hours', () => {
    const delays = Array.from({ length: 9 }, (_, n) => (nextAttempt(n + 1, 0, 1000, 0.5) ?? 0) - 1000);
    expect(delays.map((d) => d / MINUTE)).toEqual([1, 5, 15, 30, 60, 120, 240, 240, 240]);
  });

  test('vary by a fifth', () => {
    expect(nextAttempt(7, 0, 0, 0)).toBe(192 * MINUTE);
    expect(nextAttempt(7, 0, 0, 0.999_999_999)).toBe(288 * MINUTE);
  });

  test('end 48 hours after the first one, with an attempt at the very end', () => {
    expect(nextAttempt(20, 5, GIVE_UP_MS - 1, 0.5)).toBe(5 + GIVE_UP_MS);
    expect(nextAttempt(20, 5, 5 + GIVE_UP_MS, 0.5)).toBeNull();
    expect(nextAttempt(1, 5, 6 + GIVE_UP_MS, 0.5)).toBeNull();
  });

  test('always come to an end, in fewer than thirty attempts', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 40 }),
        (first, rolls) => {
          let at: number | null = first;
          let attempts = 0;
          while (at !== null) {
            attempts++;
            const next: number | null = nextAttempt(attempts, first, at, rolls[attempts % rolls.length] ?? 0);
            if (next !== null) expect(next).toBeGreaterThan(at);
            at = next;
          }
          expect(attempts).toBeLessThan(30);
        },
      ),
    );
  });
});
