/** Counts work that is under way, and says when there is none. */
export class Activity {
  readonly #resting: () => number;
  #running = 0;
  #waiting: (() => void)[] = [];

  /** `resting`: how much of the work that is counted only waits for its own end and does nothing any more. */
  constructor(resting: () => number = () => 0) {
    this.#resting = resting;
  }

  get busy(): boolean {
    return this.#running > this.#resting();
  }

  async run<T>(work: () => T | Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (!this.busy) for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** Resolves at once when nothing is under way, or else as soon as that is so for a moment. */
  async idle(): Promise<void> {
    if (this.busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
