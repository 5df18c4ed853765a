import { withDeadline } from '../deadline.ts';
import type { Env } from '../env.ts';
import type { STREAMS } from './catalogue.ts';
import type { Gauge } from './exposition.ts';

const BINDINGS: readonly [stream: (typeof STREAMS)[number], binding: keyof Env & `QUEUE_${string}`][] = [
  ['mail-ingest', 'QUEUE_INGEST'],
  ['index', 'QUEUE_INDEX'],
  ['notify', 'QUEUE_NOTIFY'],
  ['audit', 'QUEUE_AUDIT'],
  ['outbound', 'QUEUE_OUTBOUND'],
  ['arrived', 'QUEUE_ARRIVED'],
  ['retention', 'QUEUE_RETENTION'],
  ['actions', 'QUEUE_ACTIONS'],
  ['scheduling', 'QUEUE_SCHEDULING'],
  ['webhooks', 'QUEUE_WEBHOOKS'],
];

/** The one consumer of each queue is this Worker. */
const GROUP = 'waypost';
const DEADLINE_MS = 5_000;

/** What waits in each queue and for how long, as the platform knows it at this moment. Rejects when it does not say. */
export async function queueGauges(env: Env, now: number): Promise<Gauge[]> {
  const gauges = await withDeadline(DEADLINE_MS, () =>
    Promise.all(
      BINDINGS.map(async ([stream, binding]): Promise<Gauge[]> => {
        const queue: Queue | undefined = env[binding];
        // Not every deployment has been given each of them.
        if (queue === undefined) return [];
        const { backlogCount, backlogBytes, oldestMessageTimestamp } = await queue.metrics();
        // An empty queue has no oldest message: the platform tells none, or one of the year 1970.
        const oldest = backlogCount === 0 ? 0 : Number(oldestMessageTimestamp ?? 0);
        return [
          { name: 'queue_depth', labels: { stream }, value: backlogCount },
          { name: 'queue_bytes', labels: { stream }, value: backlogBytes },
          {
            ...{ name: 'consumer_lag', labels: { stream, group: GROUP } },
            value: oldest <= 0 ? 0 : Math.max(0, (now - oldest) / 1000),
          },
        ];
      }),
    ),
  );
  return gauges.flat();
}
