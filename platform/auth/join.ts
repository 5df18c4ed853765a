/** A work in progress is waited for by others this long at most. */
const PATIENCE_MS = 5_000;

/**
 * Does a piece of work once for all who ask for it at the same time. Whoever began it may be gone before its end (a
 * request that is cut takes its promises along), so that nobody waits for another without a limit.
 */
export class Joined<T> {
  readonly #running = new Map<string, Promise<T>>();

  isRunning(key: string): boolean {
    return this.#running.has(key);
  }

  async run(key: string, work: () => Promise<T>): Promise<T> {
    const other = this.#running.get(key);
    if (other !== undefined) {
      const got = await within(other, PATIENCE_MS);
      if (got !== null) return got.value;
      if (this.#running.get(key) === other) this.#running.delete(key);
    }
    const mine: Promise<T> = work().finally(() => {
      if (this.#running.get(key) === mine) this.#running.delete(key);
    });
    this.#running.set(key, mine);
    return mine;
  }
}

/** What the promise brings, or null when it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<{ value: T } | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
