import { SHARDS } from './catalogue.ts';
import type { MetricsRpc, MetricsSnapshot } from './report.ts';

/** The object that keeps one part of the metrics. */
export function metricsObject(namespace: DurableObjectNamespace, shard: number): MetricsRpc {
  return namespace.get(namespace.idFromName(`part-${shard}`)) as unknown as MetricsRpc;
}

/**
 * What all objects have counted. Rejects when one does not answer: a sum without it would look as if counters had gone
 * back.
 */
export async function readAll(
  namespace: DurableObjectNamespace,
  clientsSince: number,
): Promise<MetricsSnapshot[]> {
  return Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => metricsObject(namespace, shard).read(clientsSince)),
  );
}
