import { BUCKETS, METRICS, type Metric, type MetricName } from './catalogue.ts';
import { addTo, type Distribution, type MetricsSnapshot } from './report.ts';
import { type Labels, seriesOf } from './series.ts';

export interface Gauge {
  name: MetricName;
  labels: Labels;
  value: number;
}

/** What several objects have counted, added up. */
export function sumOf(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const counters = new Map<string, number>();
  const histograms = new Map<string, Distribution>();
  const clients = new Map<string, number>();
  for (const one of snapshots) {
    for (const [series, value] of one.counters) counters.set(series, (counters.get(series) ?? 0) + value);
    for (const [series, value] of one.histograms) {
      const known = histograms.get(series);
      if (known === undefined) histograms.set(series, structuredClone(value));
      else addTo(known, value);
    }
    for (const [type, count] of one.clients) clients.set(type, (clients.get(type) ?? 0) + count);
  }
  return { counters: [...counters], histograms: [...histograms], clients: [...clients] };
}

/** The text that Prometheus reads (exposition format 0.0.4): each metric with its help and type, in the catalogue's order. */
export function exposition(counted: MetricsSnapshot, gauges: readonly Gauge[]): string {
  const values = new Map<string, number>(counted.counters);
  for (const { name, labels, value } of gauges) values.set(seriesOf(name, labels), value);
  const histograms = new Map<string, [string, Distribution][]>();
  for (const [series, value] of counted.histograms) {
    const name = nameOf(series);
    histograms.set(name, [...(histograms.get(name) ?? []), [labelsOf(series), value]]);
  }
  // Each request is in the histogram of its route already.
  for (const [labels, { counts }] of histograms.get('request_duration_seconds') ?? []) {
    values.set(`http_requests_total${labels}`, total(counts));
  }
  const byName = new Map<string, string[]>();
  const add = (series: string, value: number) => {
    const name = nameOf(series);
    byName.set(name, [...(byName.get(name) ?? []), `${series} ${value}`]);
  };
  const names = Object.keys(METRICS) as MetricName[];
  for (const name of names) {
    const metric: Metric = METRICS[name];
    for (const labels of metric.from0 ?? []) {
      const series = seriesOf(name, labels);
      if (!values.has(series)) values.set(series, 0);
    }
  }
  for (const [series, value] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) add(series, value);
  const lines: string[] = [];
  for (const name of names) {
    const { type, help } = METRICS[name];
    const series =
      type === 'histogram'
        ? (histograms.get(name) ?? []).flatMap((one) => histogramLines(name, ...one))
        : (byName.get(name) ?? []);
    if (series.length === 0) continue;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...series);
  }
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: string, labels: string, { counts, sum }: Distribution): string[] {
  const inner = labels === '' ? '' : `${labels.slice(1, -1)},`;
  let seen = 0;
  const buckets = BUCKETS.map((bound, i) => {
    seen += counts[i] ?? 0;
    return `${name}_bucket{${inner}le="${bound}"} ${seen}`;
  });
  const count = total(counts);
  return [
    ...buckets,
    `${name}_bucket{${inner}le="+Inf"} ${count}`,
    `${name}_sum${labels} ${sum}`,
    `${name}_count${labels} ${count}`,
  ];
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

function nameOf(series: string): string {
  const brace = series.indexOf('{');
  return brace < 0 ? series : series.slice(0, brace);
}

function labelsOf(series: string): string {
  return series.slice(nameOf(series).length);
}
