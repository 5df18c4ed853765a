import type { Ceiling } from './types.ts';

/**
 * Counts in two windows, the older one in proportion to what is left of it: as even as a log of every request, at the
 * price of three numbers.
 */
export class SlidingWindow {
  #start = 0;
  #before = 0;
  #now = 0;

  /** Adds `requests`, unless the ceiling was reached before. Seconds until something is taken again; 0: it was counted. */
  add(requests: number, ceiling: Ceiling, at: number): number {
    const wait = this.full(ceiling, at);
    if (wait === 0) this.#now += requests;
    return wait;
  }

  /** Seconds until something is taken; 0: the ceiling is not reached. */
  full({ count, seconds }: Ceiling, at: number): number {
    const length = seconds * 1000;
    const passed = at - this.#start;
    // A clock that went back begins anew (I30).
    if (passed >= 2 * length || passed < 0) [this.#start, this.#before, this.#now] = [at, 0, 0];
    else if (passed >= length) [this.#start, this.#before, this.#now] = [this.#start + length, this.#now, 0];
    const elapsed = (at - this.#start) / length;
    if (this.#before * (1 - elapsed) + this.#now < count) return 0;
    return this.#wait(count, seconds, elapsed);
  }

  #wait(count: number, seconds: number, elapsed: number): number {
    // In this window, when the older one has faded enough; else at the latest in the next, where this one fades.
    const free = this.#now < count && this.#before > 0 ? 1 - (count - this.#now) / this.#before : null;
    const fraction =
      free === null ? 1 - elapsed + Math.max(0, 1 - count / this.#now) : Math.max(0, free - elapsed);
    return Math.max(1, Math.ceil(fraction * seconds));
  }
}
