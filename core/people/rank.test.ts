import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightedRank } from './rank.ts';

const DAY = 86_400_000;

describe('the rank of a correspondent', () => {
  it('halves in 30 days', () => {
    const person = { uses: 7, lastUsedAt: 0 };
    expect([0, 30, 60].map((days) => weightedRank(person, days * DAY))).toEqual([30_000, 15_000, 7_500]);
  });

  it('puts ten messages of today above a thousand that ended 55 days ago, and not above those of last week', () => {
    const now = 100 * DAY;
    const today = weightedRank({ uses: 10, lastUsedAt: now }, now);
    expect(today).toBeGreaterThan(weightedRank({ uses: 1000, lastUsedAt: 45 * DAY }, now));
    expect(today).toBeLessThan(weightedRank({ uses: 1000, lastUsedAt: 93 * DAY }, now));
  });

  it('is a positive 32-bit integer that grows with use and shrinks with time', () => {
    const amounts = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: -10, max: 40_000 }), (uses, more, days) => {
        const rank = weightedRank({ uses, lastUsedAt: 0 }, days * DAY);
        expect(Number.isInteger(rank) && rank >= 1 && rank <= 2_147_483_647).toBe(true);
        expect(weightedRank({ uses: uses + more, lastUsedAt: 0 }, days * DAY)).toBeGreaterThanOrEqual(rank);
        expect(weightedRank({ uses, lastUsedAt: 0 }, (days + 1) * DAY)).toBeLessThanOrEqual(rank);
      }),
    );
  });
});
