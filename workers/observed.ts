/** What is counted around every invocation, whatever it does. */
import { recorderOf, routeOf } from '../platform/metrics/index.ts';
import type { Services } from '../platform/services.ts';
import type { Tracing } from '../platform/tracing/index.ts';
import { ACTIVESYNC_PATH } from './activesync/index.ts';
import { AUTH_PATH } from './auth/index.ts';
import { autodiscoverRoute } from './autodiscover/index.ts';
import { isEwsPath } from './ews/index.ts';
import { FILES_PATH } from './files/index.ts';
import { METRICS_PATH } from './metrics/index.ts';
import type { QueueBatch, QueueMessage } from './queue-consumers/settle.ts';

/** What a path leads to, for requests that came no further than its edge. */
function edgeOf(pathname: string): string {
  const lower = pathname.toLowerCase();
  const discovery = autodiscoverRoute(pathname);
  if (discovery !== null) return `autodiscover/${discovery.kind}`;
  if (isEwsPath(pathname)) return 'ews/other';
  if (lower.startsWith(ACTIVESYNC_PATH)) return 'activesync/other';
  return EDGES.find(([prefix]) => pathname.startsWith(prefix))?.[1] ?? 'other';
}

const EDGES = [
  ...[
    ['/admin/v1/', 'admin/other'],
    [AUTH_PATH, 'auth/other'],
    ['/internal/', 'data/other'],
  ],
  ...[
    [FILES_PATH, 'files'],
    [METRICS_PATH, 'metrics'],
    ['/healthz', 'healthz'],
    ['/readyz', 'readyz'],
    ['/.well-known/', 'well-known'],
  ],
] as [string, string][];

/** Answers that go on for minutes. Work behind them would keep a stream alive whose client has gone, and what is told meanwhile would be lost. */
const STREAMS: ReadonlySet<string> = new Set(['ews/GetStreamingEvents']);

function finish({ defer }: Services, tracing: Tracing | null, flush = true): void {
  tracing?.root.end();
  if (flush) tracing?.exporter.flushSoon(defer);
}

/** Counts a request by its route, status and time. */
export async function observedFetch(
  services: Services,
  request: Request,
  tracing: Tracing | null,
  answer: () => Promise<Response>,
): Promise<Response> {
  const recorder = recorderOf(services);
  if (recorder === undefined && tracing === null) return answer();
  const began = performance.now();
  const response = await answer();
  const route = routeOf(request) ?? edgeOf(new URL(request.url).pathname);
  const code = String(response.status);
  if (tracing !== null) {
    const { root } = tracing;
    root.name = route;
    root.set('http.route', route);
    root.set('http.response.status_code', response.status);
    const correlationId = response.headers.get('x-correlation-id');
    if (correlationId !== null) root.set('waypost.correlation_id', correlationId);
    if (response.status >= 500) root.fail(null);
    finish(services, tracing, !STREAMS.has(route));
  }
  recorder?.observe('request_duration_seconds', { route, code }, (performance.now() - began) / 1000);
  if (route === 'activesync/Sync') recorder?.count('activesync_sync_total', { code });
  // The next request takes along what this one has counted.
  if (!STREAMS.has(route)) recorder?.flushSoon(services.defer);
  return response;
}

/** Counts a message that could not be taken now; what was taken or refused says so in the log (platform/metrics). */
export async function observedEmail(
  services: Services,
  tracing: Tracing | null,
  receive: () => Promise<void>,
): Promise<void> {
  const recorder = recorderOf(services);
  try {
    await receive();
  } catch (error) {
    tracing?.root.fail(error);
    recorder?.count('email_received_total', { result: 'failed' });
    recorder?.count('errors_total', { protocol: 'smtp' });
    throw error;
  } finally {
    finish(services, tracing);
    recorder?.flushSoon(services.defer);
  }
}

const CRONS: Readonly<Record<string, string>> = { '* * * * *': 'reminders', '7-59/15 * * * *': 'upkeep' };

export async function observedScheduled(
  services: Services,
  cron: string,
  tracing: Tracing | null,
  run: () => Promise<unknown>,
): Promise<void> {
  const recorder = recorderOf(services);
  const name = CRONS[cron] ?? 'reconcile';
  try {
    await run();
    recorder?.count('scheduled_runs_total', { cron: name, result: 'ok' });
  } catch (error) {
    recorder?.count('scheduled_runs_total', { cron: name, result: 'failed' });
    tracing?.root.fail(error);
    throw error;
  } finally {
    if (tracing !== null) tracing.root.name = `cron ${name}`;
    finish(services, tracing);
    recorder?.flushSoon(services.defer);
  }
}

/** A message as the platform hands it out; `timestamp`: when it was sent. */
type Delivered = QueueMessage & { readonly timestamp?: Date };

/** Counts what becomes of each message of a batch, and how long they waited for it. */
export async function observedQueue(
  services: Services,
  batch: { queue: string; messages: readonly Delivered[] },
  tracing: Tracing | null,
  consume: (batch: QueueBatch) => Promise<void>,
): Promise<void> {
  const recorder = recorderOf(services);
  if (recorder === undefined) return consume(batch).finally(() => finish(services, tracing));
  const stream = batch.queue;
  const began = performance.now();
  const unsettled = new Set<number>();
  const settle = (at: number, result: 'done' | 'retry') => {
    if (unsettled.delete(at)) recorder.count('queue_messages_total', { stream, result });
  };
  const messages = batch.messages.map((message, at): QueueMessage => {
    unsettled.add(at);
    if (message.attempts === 1 && message.timestamp !== undefined) {
      const waited = (services.now() - message.timestamp.getTime()) / 1000;
      recorder.observe('queue_wait_seconds', { stream }, waited);
    }
    return {
      ...{ id: message.id, body: message.body, attempts: message.attempts },
      ack() {
        settle(at, 'done');
        message.ack();
      },
      retry(options) {
        settle(at, 'retry');
        message.retry(options);
      },
    };
  });
  let rest: 'done' | 'retry' = 'retry';
  try {
    await consume({ queue: stream, messages });
    rest = 'done';
  } finally {
    for (const at of [...unsettled]) settle(at, rest);
    finish(services, tracing);
    recorder.observe('queue_batch_seconds', { stream }, (performance.now() - began) / 1000);
    recorder.flushSoon(services.defer);
  }
}
