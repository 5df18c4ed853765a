import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUCKETS, METRICS, STREAMS } from './catalogue.ts';
import { exposition, sumOf } from './exposition.ts';
import { COUNTED, protocolOf } from './log-events.ts';
import { Recorder } from './recorder.ts';
import type { MetricsReport, Sighting } from './report.ts';
import { seriesOf } from './series.ts';

const ROOT = resolve(import.meta.dirname, '../..');

function world() {
  const state = { now: 1_000_000, failing: false, answerLost: false };
  const reports: MetricsReport[] = [];
  const sightings: { shard: number; seen: Sighting[] }[] = [];
  const deferred: Promise<unknown>[] = [];
  const recorder = new Recorder({
    object: (shard) => ({
      async add(report) {
        if (state.failing) throw new Error('overloaded');
        reports.push(structuredClone(report));
        if (state.answerLost) throw new Error('connection lost');
      },
      async saw(seen) {
        if (state.failing) throw new Error('overloaded');
        sightings.push({ shard, seen });
      },
    }),
    flushMs: 0,
    now: () => state.now,
  });
  const flush = async () => {
    recorder.flushSoon((work) => void deferred.push(work));
    await Promise.all(deferred.splice(0));
  };
  return { state, reports, sightings, recorder, flush, deferred };
}

describe('the recorder of an isolate', () => {
  it('tells what was counted once, with one call for many requests', async () => {
    const w = world();
    for (let i = 0; i < 5; i++) {
      w.recorder.count('errors_total', { protocol: 'ews' });
      w.recorder.observe('request_duration_seconds', { route: 'healthz', code: '200' }, 0.02);
      w.recorder.flushSoon((work) => void w.deferred.push(work));
    }
    expect(w.deferred).toHaveLength(1);
    await w.flush();
    await w.flush();
    expect(w.reports).toHaveLength(1);
    expect(w.reports[0]).toMatchObject({ number: 1, counters: [['errors_total{protocol="ews"}', 5]] });
    const [, distribution] = w.reports[0]?.histograms[0] ?? [];
    expect(distribution?.counts[BUCKETS.indexOf(0.025)]).toBe(5);
    expect(distribution?.sum).toBeCloseTo(0.1);
  });

  it('tells again, under the same number, what was not confirmed', async () => {
    const w = world();
    w.recorder.count('email_delivered_total');
    w.state.answerLost = true;
    await w.flush();
    w.state.answerLost = false;
    w.recorder.count('email_delivered_total');
    await w.flush();
    await w.flush();
    expect(w.reports.map(({ number, counters }) => [number, counters[0]?.[1]])).toEqual([
      [1, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('goes on when an invocation ended before its timer did', async () => {
    const w = world();
    w.recorder.count('email_delivered_total');
    w.recorder.flushSoon(() => undefined);
    w.recorder.flushSoon(() => expect.unreachable('one timer is enough'));
    w.state.now += 20_000;
    await w.flush();
    expect(w.reports.length).toBeGreaterThan(0);
  });

  it('tells of a client once in five minutes, always to the same object', async () => {
    const [w, other] = [world(), world()];
    for (let i = 0; i < 3; i++) w.recorder.saw('activesync', 'user\0phone');
    other.recorder.saw('activesync', 'user\0phone');
    await w.flush();
    await other.flush();
    expect(w.sightings).toEqual(other.sightings);
    expect(w.sightings).toHaveLength(1);
    w.state.now += 6 * 60_000;
    w.recorder.saw('activesync', 'user\0phone');
    await w.flush();
    expect(w.sightings).toHaveLength(2);
  });

  it('tells of a client again when its object did not hear of it', async () => {
    const w = world();
    w.state.failing = true;
    w.recorder.saw('ews', 'user\0agent');
    await w.flush();
    w.state.failing = false;
    await w.flush();
    await w.flush();
    expect(w.sightings).toHaveLength(1);
  });

  it('keeps a bounded number of series', async () => {
    const w = world();
    for (let i = 0; i < 6_000; i++) w.recorder.count('mail_refused_total', { reason: `r${i}` });
    await w.flush();
    const counters = new Map(w.reports[0]?.counters);
    expect(counters.size).toBeLessThanOrEqual(5_001);
    expect(counters.get('metrics_dropped_total')).toBe(1_000);
  });
});

describe('the text for Prometheus', () => {
  it('adds up what objects have, with cumulative buckets', () => {
    const counts = (n: number) => BUCKETS.map(() => n).concat(n);
    const one = (n: number) => ({
      counters: [['email_delivered_total', n]] as [string, number][],
      histograms: [['request_duration_seconds{route="x",code="200"}', { counts: counts(n), sum: n }]] as [
        string,
        { counts: number[]; sum: number },
      ][],
      clients: [['ews', n]] as [string, number][],
    });
    const text = exposition(sumOf([one(1), one(2)]), []);
    expect(text).toContain('\nemail_delivered_total 3\n');
    expect(text).toContain('request_duration_seconds_bucket{route="x",code="200",le="0.01"} 6\n');
    const all = 3 * (BUCKETS.length + 1);
    expect(text).toContain(`request_duration_seconds_bucket{route="x",code="200",le="+Inf"} ${all}\n`);
    expect(text).toContain(`http_requests_total{route="x",code="200"} ${all}\n`);
  });

  it('escapes what a label may hold', () => {
    expect(seriesOf('mail_refused_total', { reason: 'a"b\\c\nd' })).toBe(
      'mail_refused_total{reason="a\\"b\\\\c\\nd"}',
    );
  });
});

const sources = globSync('{workers,platform,outbound,core,durable-objects}/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(resolve(ROOT, file), 'utf8'))
  .join('\n');

describe('what is counted by the log', () => {
  it.each(Object.keys(COUNTED))('%s is written somewhere', (event) => {
    expect(sources).toMatch(new RegExp(`log\\.\\w+\\(\\s*'${event.replace('.', '\\.')}'`));
  });

  it('knows whose error nearly each error line is', () => {
    const events = [...sources.matchAll(/log\.error\(\s*'([a-z.-]+)'/g)].map(([, event]) => event ?? '');
    expect(events.length).toBeGreaterThan(40);
    const nobodys = events.filter((event) => protocolOf(event) === 'other');
    expect(nobodys.length, nobodys.join()).toBeLessThan(events.length / 20);
  });
});

describe('the catalogue', () => {
  it('has the queues of wrangler.toml', () => {
    const toml = readFileSync(resolve(ROOT, 'wrangler.toml'), 'utf8');
    const producers = [...toml.matchAll(/\[\[queues\.producers\]\]\nbinding = "\w+"\nqueue = "([\w-]+)"/g)];
    expect(producers.length).toBeGreaterThan(8);
    const known: ReadonlySet<string | undefined> = new Set(STREAMS);
    expect(producers.map(([, queue]) => queue).filter((queue) => !known.has(queue))).toEqual([]);
  });

  it('is in the documentation', () => {
    const page = readFileSync(resolve(ROOT, 'docs/operations/observability.md'), 'utf8');
    const missing = Object.keys(METRICS).filter((name) => !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
