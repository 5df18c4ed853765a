import { newId } from '../ids.ts';
import { BUCKETS, type ClientType, MAX_SERIES, type MetricName, SHARDS } from './catalogue.ts';
import type { Distribution, MetricsReport, MetricsRpc, Sighting } from './report.ts';
import { hashOf, type Labels, seriesOf } from './series.ts';

/** A report or a timer that has not come to its end by now died with its invocation. */
const STALE_MS = 15_000;
/** Reports that were never confirmed are given up before the object forgets their source. */
const GIVE_UP_MS = 30 * 60_000;
/** A client is told of again after this time. */
const SEEN_EVERY_MS = 5 * 60_000;
const MAX_CLIENTS = 50_000;

export interface RecorderOptions {
  /** The object that keeps the part `shard`. */
  object(shard: number): Pick<MetricsRpc, 'add' | 'saw'>;
  /** Milliseconds that increments are gathered before they are told. */
  flushMs: number;
  now(): number;
}

type Defer = (work: Promise<unknown>) => void;

interface Unconfirmed {
  report: MetricsReport;
  since: number;
  /** When the attempt that is under way began; null when none is. */
  sending: number | null;
}

/**
 * Counts in the memory of an isolate, and tells an object of it a moment later: whoever is counted waits for nothing. What
 * was told is told again, under the same number, until it is confirmed. Lost is what an isolate has gathered when it
 * crashes: a moment's increments.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #source = newId();
  readonly #shard = hashOf(this.#source) % SHARDS;
  #counters = new Map<string, number>();
  #histograms = new Map<string, Distribution>();
  /** Clients that no object has confirmed to know of. */
  readonly #sightings = new Map<number, Sighting>();
  readonly #seen = new Map<number, number>();
  #number = 0;
  #timerSince = Number.NEGATIVE_INFINITY;
  #unconfirmed: Unconfirmed | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  count(name: MetricName, labels: Labels = {}, by = 1): void {
    const series = seriesOf(name, labels);
    const known = this.#counters.get(series);
    if (known === undefined && this.#counters.size >= MAX_SERIES) this.#drop();
    else this.#counters.set(series, (known ?? 0) + by);
  }

  observe(name: MetricName, labels: Labels, seconds: number): void {
    const series = seriesOf(name, labels);
    let known = this.#histograms.get(series);
    if (known === undefined) {
      if (this.#histograms.size >= MAX_SERIES) {
        this.#drop();
        return;
      }
      known = { counts: new Array<number>(BUCKETS.length + 1).fill(0), sum: 0 };
      this.#histograms.set(series, known);
    }
    const value = Math.max(0, seconds);
    let bucket = 0;
    while (bucket < BUCKETS.length && value > (BUCKETS[bucket] ?? 0)) bucket++;
    known.counts[bucket] = (known.counts[bucket] ?? 0) + 1;
    known.sum += value;
  }

  /** Notes that a client was here. `identity` says which one; only a number made from it is kept. */
  saw(type: ClientType, identity: string): void {
    const client = hashOf(`${type}\0${identity}`);
    const now = this.#options.now();
    if (now - (this.#seen.get(client) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return;
    if (this.#seen.size >= MAX_CLIENTS) {
      this.#seen.clear();
      this.#sightings.clear();
    }
    this.#seen.set(client, now);
    this.#sightings.set(client, [type, client, now]);
  }

  /** Sees to it that what is counted is told soon; `defer` is that of the invocation that counted. */
  flushSoon(defer: Defer): void {
    const now = this.#options.now();
    if (this.#isEmpty() || now - this.#timerSince < STALE_MS) return;
    this.#timerSince = now;
    defer(this.#flushLater());
  }

  async #flushLater(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#options.flushMs));
    this.#timerSince = Number.NEGATIVE_INFINITY;
    await Promise.all([this.#tell(), this.#tellOfClients()]);
  }

  /** Never rejects: what does not arrive now is told with the next flush. */
  async #tell(): Promise<void> {
    const { object, now } = this.#options;
    const attempt = this.#nextReport();
    if (attempt === null) return;
    attempt.sending = now();
    try {
      await object(this.#shard).add(attempt.report);
      if (this.#unconfirmed === attempt) this.#unconfirmed = null;
    } catch {
      attempt.sending = null;
    }
  }

  #nextReport(): Unconfirmed | null {
    const now = this.#options.now();
    const last = this.#unconfirmed;
    if (last !== null && now - last.since < GIVE_UP_MS) {
      return last.sending !== null && now - last.sending < STALE_MS ? null : last;
    }
    if (this.#counters.size === 0 && this.#histograms.size === 0) return null;
    const report: MetricsReport = {
      ...{ source: this.#source, number: ++this.#number },
      ...{ counters: [...this.#counters], histograms: [...this.#histograms] },
    };
    this.#counters = new Map();
    this.#histograms = new Map();
    this.#unconfirmed = { report, since: now, sending: null };
    return this.#unconfirmed;
  }

  /** A client belongs to one object, whichever isolate saw it, so that it counts once. */
  async #tellOfClients(): Promise<void> {
    const shards = new Map<number, Sighting[]>();
    for (const sighting of this.#sightings.values()) {
      const shard = sighting[1] % SHARDS;
      shards.set(shard, [...(shards.get(shard) ?? []), sighting]);
    }
    await Promise.all(
      [...shards].map(async ([shard, sightings]) => {
        try {
          await this.#options.object(shard).saw(sightings);
        } catch {
          return;
        }
        for (const one of sightings) {
          if (this.#sightings.get(one[1]) === one) this.#sightings.delete(one[1]);
        }
      }),
    );
  }

  #isEmpty(): boolean {
    return (
      this.#counters.size === 0 &&
      this.#histograms.size === 0 &&
      this.#sightings.size === 0 &&
      this.#unconfirmed === null
    );
  }

  #drop(): void {
    this.#counters.set('metrics_dropped_total', (this.#counters.get('metrics_dropped_total') ?? 0) + 1);
  }
}
