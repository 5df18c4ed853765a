import { randomUUID } from 'node:crypto';
import type { Queue } from '@cloudflare/workers-types/experimental';
import { Activity } from './activity.ts';
import type { Chance, Pace } from './pace.ts';
import { type Batch, QueueBatch } from './queue-batch.ts';

/** A consumer in wrangler.toml. */
interface ConsumerSettings {
  queue: string;
  max_batch_size?: number;
  /** Seconds. */
  max_batch_timeout?: number;
  max_retries?: number;
  dead_letter_queue?: string;
  /** Seconds. */
  retry_delay?: number;
}

/** What at-least-once delivery in no order allows (I8): how likely each is for one message. */
export interface Disorder {
  duplicate: number;
  delay: number;
  maxDelayMs: number;
  /** Batches of one queue that may be under way at once. */
  concurrency: number;
}

export interface QueuesOptions {
  consumers: readonly ConsumerSettings[];
  consume(batch: Batch): Promise<void>;
  pace: Pace;
  chance: Chance;
  disorder?: Disorder | undefined;
}

interface Waiting {
  id: string;
  sent: Date;
  body: unknown;
  attempts: number;
  /** Milliseconds since the epoch: not given out before. */
  due: number;
}

interface Sent {
  body: unknown;
  contentType?: string;
  delaySeconds?: number;
}

const MOST_BYTES = 128_000;

/** Queues in memory, with the consumers of wrangler.toml. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #lines = new Map<string, Line>();
  readonly #activity = new Activity();

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  producer(queue: string): Queue {
    const { pace } = this.#options;
    const line = this.#line(queue);
    const sendBatch = async (messages: Iterable<Sent>, options: { delaySeconds?: number } = {}) => {
      await pace();
      line.add([...messages].map((m) => ({ ...options, ...m, body: copied(m) })));
      await pace();
    };
    const producer = {
      sendBatch,
      send: (body: unknown, options: Omit<Sent, 'body'> = {}) => sendBatch([{ ...options, body }]),
      async metrics() {
        await pace();
        return line.metrics();
      },
    };
    return producer as unknown as Queue;
  }

  get empty(): boolean {
    return !this.#activity.busy && [...this.#lines.values()].every((line) => line.empty);
  }

  /** Gives out everything at once, whatever it waits for, until nothing is left and no consumer is at work. */
  async drain(): Promise<void> {
    while (!this.empty) {
      for (const line of this.#lines.values()) line.hurry();
      await this.#activity.idle();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  stop(): void {
    for (const line of this.#lines.values()) line.stop();
  }

  #line(queue: string): Line {
    const known = this.#lines.get(queue);
    if (known !== undefined) return known;
    const settings = this.#options.consumers.find((c) => c.queue === queue);
    // Known before the line it belongs to is: a message may be dead as soon as it is given out.
    const dead = settings?.dead_letter_queue;
    const graveyard = dead === undefined ? null : this.#line(dead);
    const line = new Line(queue, settings ?? null, graveyard, this.#options, this.#activity);
    this.#lines.set(queue, line);
    return line;
  }
}

/** One queue: what waits in it, and its consumer. */
class Line {
  readonly #queue: string;
  readonly #settings: ConsumerSettings | null;
  readonly #graveyard: Line | null;
  readonly #options: QueuesOptions;
  readonly #activity: Activity;
  #waiting: Waiting[] = [];
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    queue: string,
    settings: ConsumerSettings | null,
    graveyard: Line | null,
    options: QueuesOptions,
    activity: Activity,
  ) {
    this.#queue = queue;
    this.#settings = settings;
    this.#graveyard = graveyard;
    this.#options = options;
    this.#activity = activity;
  }

  /** Without a consumer, what waits here waits for ever. */
  get empty(): boolean {
    return this.#settings === null || (this.#waiting.length === 0 && this.#running === 0);
  }

  add(messages: readonly { body: unknown; delaySeconds?: number }[]): void {
    const { chance, disorder } = this.#options;
    const now = Date.now();
    for (const { body, delaySeconds = 0 } of messages) {
      const message = {
        id: randomUUID(),
        sent: new Date(now),
        body,
        attempts: 1,
        due: now + delaySeconds * 1000,
      };
      const late = () => (disorder === undefined ? 0 : chance() * disorder.maxDelayMs);
      if (disorder !== undefined && chance() < disorder.duplicate) {
        this.#waiting.push({ ...message, due: message.due + late() });
      }
      if (disorder !== undefined && chance() < disorder.delay) message.due += late();
      this.#waiting.push(message);
    }
    this.#look();
  }

  hurry(): void {
    for (const message of this.#waiting) message.due = 0;
    this.#look();
  }

  metrics(): { backlogCount: number; backlogBytes: number; oldestMessageTimestamp?: Date } {
    const sent = this.#waiting.map((message) => message.sent.getTime());
    return {
      backlogCount: sent.length,
      backlogBytes: this.#waiting.reduce((sum, { body }) => sum + (JSON.stringify(body)?.length ?? 0), 0),
      ...(sent.length === 0 ? {} : { oldestMessageTimestamp: new Date(Math.min(...sent)) }),
    };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Gives out a batch, or sets the clock for the next one. */
  #look(): void {
    clearTimeout(this.#timer);
    const { disorder } = this.#options;
    if (this.#settings === null || this.#stopped || this.#running >= (disorder?.concurrency ?? 1)) return;
    const { max_batch_size = 10, max_batch_timeout = 5 } = this.#settings;
    const now = Date.now();
    const ready = this.#waiting.filter((m) => m.due <= now);
    const ripe = Math.min(...this.#waiting.map((m) => m.due)) + (max_batch_timeout ?? 0) * 1000;
    const hurried = ready.some((m) => m.due === 0);
    if (ready.length > 0 && (hurried || ready.length >= max_batch_size || ripe <= now)) {
      const batch = (disorder === undefined ? ready : this.#shuffled(ready)).slice(0, max_batch_size);
      const taken = new Set(batch);
      this.#waiting = this.#waiting.filter((m) => !taken.has(m));
      void this.#give(batch);
      this.#look();
    } else if (this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#look(), Math.max(1, ripe - now));
    }
  }

  #shuffled(messages: Waiting[]): Waiting[] {
    const keyed = messages.map((m) => [this.#options.chance(), m] as const);
    return keyed.sort(([a], [b]) => a - b).map(([, m]) => m);
  }

  async #give(messages: Waiting[]): Promise<void> {
    this.#running++;
    await this.#activity.run(async () => {
      await this.#options.pace();
      const batch = new QueueBatch(this.#queue, messages);
      const threw = await this.#options.consume(batch).then(
        () => false,
        () => true,
      );
      const dead: Waiting[] = [];
      for (const { message, delaySeconds } of batch.unsettled(threw)) {
        const { max_retries = 3, retry_delay = 0 } = this.#settings ?? {};
        if (message.attempts > max_retries) dead.push(message);
        else {
          const due = Date.now() + (delaySeconds ?? retry_delay) * 1000;
          this.#waiting.push({ ...message, attempts: message.attempts + 1, due });
        }
      }
      this.#graveyard?.add(dead.map(({ body }) => ({ body })));
    });
    this.#running--;
    this.#look();
  }
}

/** A message as it crosses the wire. */
function copied({ body, contentType = 'json' }: Sent): unknown {
  if (contentType !== 'json') return structuredClone(body);
  const text = JSON.stringify(body);
  if (text.length > MOST_BYTES) throw new Error('Queue send failed: message length exceeds limit');
  return JSON.parse(text);
}
