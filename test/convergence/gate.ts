/** Lets many work beside each other, or one alone. */
export class Gate {
  #working = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  async beside<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#changed();
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
      this.#change();
    }
  }

  /** For one who is at work beside others already: nobody else is while this runs. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#working--;
    this.#change();
    while (this.#closed) await this.#changed();
    this.#closed = true;
    try {
      while (this.#working > 0) await this.#changed();
      return await work();
    } finally {
      this.#working++;
      this.#closed = false;
      this.#change();
    }
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #change(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
