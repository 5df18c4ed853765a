import { expect, test } from 'vitest';
import { SlidingWindow } from './window.ts';

const ceiling = { count: 60, seconds: 60 };

test('takes as many as the ceiling says, and says when it takes again', () => {
  const window = new SlidingWindow();
  const start = 1_000_000;
  for (let n = 0; n < 60; n++) expect(window.add(1, ceiling, start)).toBe(0);
  const wait = window.add(1, ceiling, start);
  expect(wait).toBe(60);
  expect(window.add(1, ceiling, start + 59_000)).toBeGreaterThan(0);
  expect(window.add(1, ceiling, start + 61_000)).toBe(0);
});

test('over any minute it takes little more than the ceiling, however they are spread', () => {
  for (const gap of [100, 333, 900, 1500, 7000]) {
    const window = new SlidingWindow();
    const taken: number[] = [];
    for (let at = 0; at < 600_000; at += gap) if (window.add(1, ceiling, at + 5) === 0) taken.push(at);
    for (const from of taken) {
      const within = taken.filter((at) => at >= from && at < from + 60_000).length;
      expect(within).toBeLessThanOrEqual(70);
    }
    // And who stays below it is never refused.
    if (gap > 1000) expect(taken).toHaveLength(Math.ceil(600_000 / gap));
  }
});

test('after the wait that it says something is taken', () => {
  const window = new SlidingWindow();
  let at = 0;
  for (let n = 0; n < 200; n++) {
    const wait = window.add(7, ceiling, at);
    if (wait > 0) {
      at += wait * 1000;
      expect(window.add(7, ceiling, at)).toBe(0);
    }
    at += 400;
  }
});

test('begins anew when the clock went back', () => {
  const window = new SlidingWindow();
  expect(window.add(100, ceiling, 10_000_000)).toBe(0);
  expect(window.add(1, ceiling, 10_000_001)).toBeGreaterThan(0);
  expect(window.add(1, ceiling, 5_000_000)).toBe(0);
});
