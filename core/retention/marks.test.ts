import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mark, marksValue, modseqAt, readMarks, withMark } from './marks.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('marks of modseq and time', () => {
  it('say since when a change has been there, never too early', () => {
    const steps = fc.array(
      fc.record({ days: fc.double({ min: 0, max: 20, noNaN: true }), changes: fc.nat(5) }),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 4000, noNaN: true }), (list, ageDays) => {
        let [now, modseq] = [1000 * DAY, 1];
        let marks: readonly Mark[] = [];
        const changedAt: number[] = [0, 0];
        for (const { days, changes } of list) {
          now += Math.round(days * DAY);
          for (let n = 0; n < changes; n++) changedAt[++modseq] = now;
          marks = withMark(readMarks(marksValue(marks), modseq), now, modseq);
        }
        const cutoff = now - Math.round(ageDays * DAY);
        const upTo = modseqAt(marks, cutoff);
        if (upTo !== null) expect(changedAt[upTo] ?? 0).toBeLessThanOrEqual(cutoff);
      }),
    );
  });

  it('are one a day for two months, then one a week', () => {
    let marks: readonly Mark[] = [];
    for (let n = 0; n < 4000; n++) marks = withMark(marks, n * 6 * 60 * 60 * 1000, n);
    expect(marks.length).toBeLessThan(320);
    const now = 3999 * 6 * 60 * 60 * 1000;
    for (const age of [1, 2, 30, 59]) {
      const seq = modseqAt(marks, now - age * DAY) ?? 0;
      expect(3999 - seq - age * 4).toBeLessThanOrEqual(4);
    }
    for (const age of [61, 365, 900]) {
      const seq = modseqAt(marks, now - age * DAY) ?? 0;
      expect(3999 - seq - age * 4).toBeLessThanOrEqual(4 * 14);
    }
  });

  it('a clock that goes back adds none (I30)', () => {
    const marks = withMark(withMark([], 10 * DAY, 5), 12 * DAY, 9);
    expect(withMark(marks, 11 * DAY, 10)).toBe(marks);
    expect(modseqAt(marks, 9 * DAY)).toBeNull();
    expect(modseqAt(marks, 11 * DAY)).toBe(5);
  });

  it('of another life of the mailbox, or damaged, say nothing', () => {
    expect(readMarks([[DAY, 50]], 7)).toEqual([]);
    for (const damaged of [null, 'x', [[1]], [['a', 2]], [[1, 2, 3], 4, null], { 0: [1, 2] }]) {
      expect(readMarks(damaged, 100).length).toBeLessThanOrEqual(1);
    }
    expect(
      readMarks(
        [
          [5, 9],
          [4, 10],
          [6, 8],
          [7, 11],
        ],
        100,
      ),
    ).toEqual([
      { at: 5, modseq: 9 },
      { at: 7, modseq: 11 },
    ]);
  });
});
