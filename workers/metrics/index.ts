import { describeError } from '../../platform/log.ts';
import { STREAMS } from '../../platform/metrics/catalogue.ts';
import { exposition, type Gauge, sumOf } from '../../platform/metrics/exposition.ts';
import type { MetricsSnapshot } from '../../platform/metrics/report.ts';
import type { Services } from '../../platform/services.ts';
import { mayScrape } from './caller.ts';

export const METRICS_PATH = '/metrics';

/** Where the numbers are found beside the directory. */
export interface MetricsSources {
  /** What isolates have counted. `clientsSince`: milliseconds since the epoch. */
  counted(clientsSince: number): Promise<MetricsSnapshot[]>;
  queues(now: number): Promise<Gauge[]>;
}

const MIN_CLIENT_WINDOW_MS = 15 * 60_000;
/** Between two requests of a device that holds a Ping, and until the second one is told of. */
const CLIENT_SLACK_MS = 6 * 60_000;

/**
 * `GET /metrics`: Prometheus text, right across isolates (docs/operations/observability.md). For METRICS_TOKEN, the admin
 * token, and service tokens that may read the operations of the installation; without any of them there is nothing here.
 */
export function createMetrics(
  services: Services,
  sources: MetricsSources,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { config, log } = services;
    if (config.metricsToken === null && config.adminToken === null) return plain(404, 'not found\n');
    if (!(await mayScrape(request.headers.get('authorization'), services)))
      return plain(401, 'a token is required\n', { 'www-authenticate': 'Bearer realm="metrics"' });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'method not allowed\n', { allow: 'GET, HEAD' });
    try {
      return new Response(await scrape(services, sources), {
        headers: {
          'content-type': 'text/plain; version=0.0.4; charset=utf-8',
          'cache-control': 'no-store',
        },
      });
    } catch (error) {
      // Half a sum would look as if counters had gone back: rather none.
      log.error('http.not-scraped', { error: describeError(error) });
      return plain(503, 'not now\n', { 'retry-after': '15' });
    }
  };
}

async function scrape(services: Services, sources: MetricsSources): Promise<string> {
  const now = services.now();
  const window = Math.max(MIN_CLIENT_WINDOW_MS, services.config.pingHoldMaxSeconds * 1000 + CLIENT_SLACK_MS);
  const [snapshots, ...gauges] = await Promise.all([
    sources.counted(now - window),
    part(services, 'queues', () => sources.queues(now)),
    part(services, 'dead-letters', () => deadLetters(services)),
    part(services, 'outbox', () => outbox(services, now)),
  ]);
  const counted = sumOf(snapshots);
  const clients = counted.clients.map(
    ([type, value]): Gauge => ({ name: 'clients', labels: { type }, value }),
  );
  return exposition(counted, [...clients, ...gauges.flat()]);
}

/** What cannot be asked is left out and said to be missing; the rest is right all the same. */
async function part({ log }: Services, name: string, ask: () => Promise<Gauge[]>): Promise<Gauge[]> {
  try {
    return await ask();
  } catch (error) {
    log.warn('metrics.part-failed', { part: name, error: describeError(error) });
    return [{ name: 'scrape_part_failed', labels: { part: name }, value: 1 }];
  }
}

async function deadLetters({ directory }: Services): Promise<Gauge[]> {
  const counts = await directory.countDeadLetters();
  const known: ReadonlySet<string> = new Set(STREAMS);
  return counts
    .filter(({ queue }) => known.has(queue))
    .map(({ queue, waiting }) => ({ name: 'dead_letters', labels: { stream: queue }, value: waiting }));
}

/** Asked once a minute at most: it looks at each tenant. */
const OUTBOX_KEPT_MS = 60_000;
const keptOutbox = new WeakMap<object, { at: number; gauges: Gauge[] }>();

async function outbox({ outbox: store, directory, config }: Services, now: number): Promise<Gauge[]> {
  const kept = keptOutbox.get(config);
  if (kept !== undefined && now - kept.at < OUTBOX_KEPT_MS) return kept.gauges;
  const tenants = await directory.listTenants();
  const open = await store.countOpen(
    tenants.map(({ tenantId }) => tenantId),
    now,
  );
  const gauges = (['due', 'scheduled'] as const).map(
    (state): Gauge => ({ name: 'outbox_messages', labels: { state }, value: open[state] }),
  );
  keptOutbox.set(config, { at: now, gauges });
  return gauges;
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
