interface Given {
  id: string;
  sent: Date;
  body: unknown;
  attempts: number;
}

interface RetryOptions {
  delaySeconds?: number;
}

export interface Message {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options?: RetryOptions): void;
}

/** What the queue() handler is handed. */
export interface Batch {
  readonly queue: string;
  readonly messages: readonly Message[];
  ackAll(): void;
  retryAll(options?: RetryOptions): void;
}

type Verdict = { kind: 'ack' } | { kind: 'retry'; options: RetryOptions };

/** A batch that remembers what was said of it. Of a message the first word counts; it counts for more than one for all. */
export class QueueBatch<M extends Given> implements Batch {
  readonly queue: string;
  readonly messages: readonly Message[];
  readonly #given: readonly M[];
  readonly #verdicts = new Map<number, Verdict>();
  #all: Verdict | null = null;

  constructor(queue: string, given: readonly M[]) {
    this.queue = queue;
    this.#given = given;
    const settle = (at: number, verdict: Verdict) => {
      if (!this.#verdicts.has(at)) this.#verdicts.set(at, verdict);
    };
    this.messages = given.map(({ id, sent, body, attempts }, at) => ({
      ...{ id, timestamp: sent, body: structuredClone(body), attempts },
      ack: () => settle(at, { kind: 'ack' }),
      retry: (options: RetryOptions = {}) => settle(at, { kind: 'retry', options }),
    }));
  }

  ackAll(): void {
    this.#all ??= { kind: 'ack' };
  }

  retryAll(options: RetryOptions = {}): void {
    this.#all ??= { kind: 'retry', options };
  }

  /** What is to be given out again: after a handler that threw, all that was not acknowledged. */
  unsettled(threw: boolean): { message: M; delaySeconds: number | undefined }[] {
    const rest: Verdict = threw ? { kind: 'retry', options: {} } : { kind: 'ack' };
    return this.#given.flatMap((message, at) => {
      const verdict = this.#verdicts.get(at) ?? this.#all ?? rest;
      return verdict.kind === 'ack' ? [] : [{ message, delaySeconds: verdict.options.delaySeconds }];
    });
  }
}
