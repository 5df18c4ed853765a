import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { MetricsReport, MetricsRpc } from '../../platform/metrics/report.ts';

const { METRICS } = env as unknown as { METRICS: DurableObjectNamespace };

function object(name: string) {
  const stub = METRICS.get(METRICS.idFromName(name));
  return { stub, rpc: stub as unknown as MetricsRpc };
}

const report = (over: Partial<MetricsReport> = {}): MetricsReport => ({
  ...{ source: 'isolate-1', number: 1, counters: [['email_delivered_total', 2]] },
  histograms: [['request_duration_seconds{route="x",code="200"}', { counts: [1, 0, 2], sum: 0.5 }]],
  ...over,
});

test('what was counted outlives the object, and a report that comes again counts once', async () => {
  const { stub, rpc } = object('durable');
  await rpc.add(report());
  await rpc.add(report());
  await rpc.add(report({ source: 'isolate-2' }));
  await evictDurableObject(stub);
  await rpc.add(report({ source: 'isolate-2' }));
  await rpc.add(report({ number: 2 }));
  const { counters, histograms } = await rpc.read(0);
  expect(counters).toEqual([['email_delivered_total', 6]]);
  expect(histograms).toEqual([
    ['request_duration_seconds{route="x",code="200"}', { counts: [3, 0, 6], sum: 1.5 }],
  ]);
});

test('clients count once, as long as they were here', async () => {
  const { stub, rpc } = object('clients');
  await rpc.saw([
    ['ews', 1, 1000],
    ['ews', 2, 2000],
    ['activesync', 1, 2000],
  ]);
  await rpc.saw([['ews', 2, 2500]]);
  await evictDurableObject(stub);
  expect((await rpc.read(1000)).clients.sort()).toEqual([
    ['activesync', 1],
    ['ews', 2],
  ]);
  expect((await rpc.read(2500)).clients).toContainEqual(['ews', 1]);
});

test('an object that comes and goes folds its reports all the same', async () => {
  const { stub, rpc } = object('folded');
  await rpc.add(report());
  await rpc.saw([['ews', 1, Date.now()]]);
  const count = (table: string) =>
    runInDurableObject(stub, (_, { storage }) => storage.sql.exec(`SELECT 1 FROM ${table}`).toArray().length);
  await runInDurableObject(
    stub,
    (_, { storage }) => void storage.sql.exec('UPDATE reports SET at = at - 61000'),
  );
  await evictDurableObject(stub);
  await rpc.add(report({ number: 2 }));
  expect([await count('reports'), await count('sightings'), await count('series')]).toEqual([0, 0, 2]);
  await evictDurableObject(stub);
  await rpc.add(report({ number: 2 }));
  const read = await rpc.read(0);
  expect(read.counters).toEqual([['email_delivered_total', 4]]);
  expect(read.clients).toEqual([['ews', 1]]);
});

test('a version with other buckets begins its histograms anew', async () => {
  const { rpc } = object('buckets');
  await rpc.add(report());
  const one: [string, { counts: number[]; sum: number }] = [
    'request_duration_seconds{route="x",code="200"}',
    { counts: [1, 1], sum: 1 },
  ];
  await rpc.add(report({ source: 'new', histograms: [one] }));
  expect((await rpc.read(0)).histograms).toEqual([one]);
});

test('series beyond the limit are dropped, and said to be', async () => {
  const { rpc } = object('full');
  const counters = Array.from({ length: 5_010 }, (_, i): [string, number] => [`s${i}`, 1]);
  await rpc.add(report({ counters, histograms: [] }));
  const kept = new Map((await rpc.read(0)).counters);
  expect(kept.get('metrics_dropped_total')).toBe(10);
  expect(kept.size).toBe(5_001);
});
