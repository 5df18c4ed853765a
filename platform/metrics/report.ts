/** What isolates tell the objects that keep the metrics, and what those tell who asks. */

/** Counts of a histogram by bucket (not cumulative, one more than BUCKETS), and the sum of what was observed. */
export interface Distribution {
  counts: number[];
  sum: number;
}

export interface MetricsReport {
  /** The isolate. */
  source: string;
  /** Counts up with each report of the source: one that comes again is not counted again. */
  number: number;
  counters: [series: string, by: number][];
  histograms: [series: string, by: Distribution][];
}

/** A client was here: its kind, a number that stands for it, when (milliseconds since the epoch). */
export type Sighting = [type: string, client: number, at: number];

export interface MetricsSnapshot {
  counters: [series: string, value: number][];
  histograms: [series: string, value: Distribution][];
  /** Clients that were here since the time asked for. */
  clients: [type: string, count: number][];
}

/** The RPC face of the Metrics class. */
export interface MetricsRpc {
  add(report: MetricsReport): Promise<void>;
  saw(sightings: Sighting[]): Promise<void>;
  read(clientsSince: number): Promise<MetricsSnapshot>;
}

export function addTo(sum: Distribution, by: Distribution): void {
  sum.sum += by.sum;
  for (let i = 0; i < by.counts.length; i++) sum.counts[i] = (sum.counts[i] ?? 0) + (by.counts[i] ?? 0);
}
