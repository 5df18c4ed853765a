/** Figures of one series of milliseconds. */
export interface Figures {
  n: number;
  median: number;
  p95: number;
  mean: number;
}

export function figures(values: number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { n: values.length, median: round(at(0.5)), p95: round(at(0.95)), mean: round(mean) };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** Runs the acts one after another in turn, `rounds` times, so that a noisy moment hits all of them alike. */
export async function interleaved<K extends string>(
  acts: Record<K, () => Promise<unknown>>,
  rounds: number,
): Promise<Record<K, Figures>> {
  const names = Object.keys(acts) as K[];
  const series = Object.fromEntries(names.map((n) => [n, [] as number[]])) as Record<K, number[]>;
  for (const name of names) await acts[name]();
  for (let i = 0; i < rounds; i++) {
    for (const name of names) series[name].push(await timed(acts[name]));
  }
  return Object.fromEntries(names.map((n) => [n, figures(series[n])])) as Record<K, Figures>;
}
