import { newId } from '../../../platform/ids.ts';
import type { QueueBatch } from '../../../workers/queue-consumers/settle.ts';

interface Waiting {
  id: string;
  body: unknown;
  attempts: number;
}

const BINDINGS = {
  QUEUE_INGEST: 'mail-ingest',
  QUEUE_INDEX: 'index',
  QUEUE_NOTIFY: 'notify',
  QUEUE_AUDIT: 'audit',
  QUEUE_OUTBOUND: 'outbound',
  QUEUE_ARRIVED: 'arrived',
} as const;

/** As wrangler.toml says. */
const MAX_RETRIES = 5;
const BATCH_SIZE = 25;

/**
 * Queues with the platform's rules and no timers: at least once, a batch that throws or never ends comes again as a
 * whole, what is neither acknowledged nor given back when the handler returns counts as acknowledged, and what fails
 * too often goes to its dead-letter queue. They outlive every simulated isolate.
 */
export class SimulatedQueues {
  readonly #waiting = new Map<string, Waiting[]>();
  /** Messages that were to come later, and never do. */
  late = 0;
  /** Called with each batch before it is delivered; may reorder or repeat messages. */
  shuffle: (messages: Waiting[]) => Waiting[] = (messages) => messages;

  bindings(): Record<keyof typeof BINDINGS, Queue> {
    const binding = (queue: string) => ({
      send: async (body: unknown) => this.#put(queue, [body]),
      sendBatch: async (messages: Iterable<{ body: unknown }>, options?: { delaySeconds?: number }) => {
        const bodies = [...messages].map((m) => m.body);
        // There is no time here in which they could come: whoever waits for it must not need them.
        if ((options?.delaySeconds ?? 0) > 0) this.late += bodies.length;
        else this.#put(queue, bodies);
      },
    });
    return Object.fromEntries(
      Object.entries(BINDINGS).map(([name, queue]) => [name, binding(queue)]),
    ) as unknown as Record<keyof typeof BINDINGS, Queue>;
  }

  /** Forgets everything, as the local runtime does when it is killed. */
  loseAll(): void {
    this.#waiting.clear();
  }

  count(queue: string): number {
    return this.#waiting.get(queue)?.length ?? 0;
  }

  #put(queue: string, bodies: unknown[]): void {
    const list = this.#waiting.get(queue) ?? [];
    // The platform serialises: a consumer never shares an object with a producer.
    for (const body of bodies) {
      list.push({ id: newId(), body: JSON.parse(JSON.stringify(body)) as unknown, attempts: 0 });
    }
    this.#waiting.set(queue, list);
  }

  /**
   * Delivers one batch of the first queue that has any; false when all are empty. `stuck` ends a delivery whose
   * isolate is gone.
   */
  async deliver(handle: (batch: QueueBatch) => Promise<void>, stuck: Promise<void>): Promise<boolean> {
    const queue = [...this.#waiting.keys()].find((name) => this.count(name) > 0);
    if (queue === undefined) return false;
    const taken = (this.#waiting.get(queue) ?? []).splice(0, BATCH_SIZE);
    for (const message of taken) message.attempts++;
    const fate = new Map<Waiting, 'ack' | 'retry'>();
    // The first call wins, as on the platform.
    const decide = (message: Waiting, what: 'ack' | 'retry') => {
      if (!fate.has(message)) fate.set(message, what);
    };
    const batch: QueueBatch = {
      queue,
      messages: this.shuffle(taken).map((message) => ({
        id: message.id,
        body: message.body,
        attempts: message.attempts,
        ack: () => decide(message, 'ack'),
        retry: () => decide(message, 'retry'),
      })),
    };
    const end = await Promise.race([
      handle(batch).then(
        () => 'returned' as const,
        () => 'threw' as const,
      ),
      stuck.then(() => 'gone' as const),
    ]);
    for (const message of taken) {
      // Acknowledgements travel back when the handler ends: a dead isolate's are lost.
      const back =
        end === 'returned' ? fate.get(message) === 'retry' : fate.get(message) !== 'ack' || end === 'gone';
      if (back) this.#giveBack(queue, message);
    }
    return true;
  }

  #giveBack(queue: string, message: Waiting): void {
    const exhausted = message.attempts > MAX_RETRIES;
    if (exhausted && queue.startsWith('dlq-')) return;
    const target = exhausted ? `dlq-${queue}` : queue;
    const list = this.#waiting.get(target) ?? [];
    list.push(exhausted ? { ...message, attempts: 0 } : message);
    this.#waiting.set(target, list);
  }
}
