/**
 * Sessions of one invocation, used again for its next messages: sockets do not outlive the invocation that opened
 * them. What nobody uses for `idleMs` takes its leave; `defer` keeps the invocation until the last has done so.
 */
export interface Pool<S> {
  /** An idle session or a new one; waits for its turn when as many as allowed are in use. */
  take(options?: { fresh: boolean }): Promise<S>;
  give(session: S): void;
  /** It is of no use any more. */
  drop(session: S): void;
  /** Ends what is idle now, without waiting for its time. */
  close(): Promise<void>;
}

export interface PoolOptions<S> {
  open(): Promise<S>;
  /** Takes leave. Never rejects. */
  quit(session: S): Promise<void>;
  /** Cuts without a word. */
  cut(session: S): void;
  max: number;
  idleMs: number;
  defer(work: Promise<unknown>): void;
}

export function createPool<S>({ open, quit, cut, max, idleMs, defer }: PoolOptions<S>): Pool<S> {
  let idle: S[] = [];
  let inUse = 0;
  const waiting: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let ended: (() => void) | null = null;

  async function closeIdle(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const leaving = idle;
    idle = [];
    await Promise.all(leaving.map(quit));
    if (inUse === 0 && idle.length === 0) {
      ended?.();
      ended = null;
    }
  }

  function release(): void {
    inUse--;
    waiting.shift()?.();
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void closeIdle(), idleMs);
  }

  return {
    async take({ fresh } = { fresh: false }) {
      while (inUse >= max) await new Promise<void>((resolve) => waiting.push(resolve));
      inUse++;
      if (ended === null) {
        defer(
          new Promise<void>((resolve) => {
            ended = resolve;
          }),
        );
      }
      const kept = fresh ? undefined : idle.pop();
      if (kept !== undefined) return kept;
      try {
        return await open();
      } catch (error) {
        release();
        throw error;
      }
    },
    give(session) {
      idle.push(session);
      release();
    },
    drop(session) {
      cut(session);
      release();
    },
    close: closeIdle,
  };
}
