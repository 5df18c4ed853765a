import { RecurrenceTooLargeError } from '../errors.ts';

/** Steps of one question about one object: some ten milliseconds. */
const MAX_STEPS = 200_000;

/** Counts what is looked at while a rule unfolds, found or not: what a rule can cost is bounded by it (A12). */
export class Budget {
  #left: number;

  constructor(steps: number = MAX_STEPS) {
    this.#left = steps;
  }

  /** @throws RecurrenceTooLargeError when nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new RecurrenceTooLargeError('a recurrence takes too long to unfold');
  }
}
