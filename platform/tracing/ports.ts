import type { QueuePort } from '../../core/ports/queues.ts';
import { writeTraceparent } from './context.ts';
import type { Tracing } from './index.ts';
import { KIND, type Span } from './span.ts';

/** Ports whose calls are spans. */
const PORTS: ReadonlySet<string> = new Set([
  ...['directory', 'mail', 'search', 'audit', 'outbox', 'operations', 'archive', 'dkimKeys', 'links'],
  ...['spamTokens', 'moves', 'erasure', 'trace', 'blobs', 'objects', 'photos', 'dns', 'mailAuth', 'wake'],
  ...['live', 'throttle'],
]);

/** The same ports, each of whose calls is a span of the trace. What is no port stays as it is. */
export function tracedPorts<T extends object>(ports: T, tracing: Tracing): T {
  const traced: Record<string, unknown> = {};
  for (const [name, port] of Object.entries(ports)) {
    if (name === 'queues') traced[name] = tracedQueues(port as QueuePort, tracing);
    else if (name === 'device') traced[name] = tracedOpener('device', port as Opener, tracing.root);
    else if (PORTS.has(name) && typeof port === 'object' && port !== null)
      traced[name] = tracedPort(name, port, tracing.root);
    else traced[name] = port;
  }
  return traced as T;
}

type Opener = (...args: unknown[]) => object;

function tracedOpener(name: string, open: Opener, root: Span): Opener {
  return (...args) => tracedPort(name, open(...args), root);
}

function tracedPort<T extends object>(name: string, port: T, root: Span): T {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key === 'symbol') return value;
      return (...args: unknown[]) => {
        const span = root.child(`${name}.${key}`, KIND.client);
        const result: unknown = value.apply(target, args);
        if (isPromise(result)) return following(span, result);
        // `mailbox(ref)` opens another port.
        return key === 'mailbox' && typeof result === 'object' && result !== null
          ? tracedPort(name, result, root)
          : result;
      };
    },
  });
}

async function following(span: Span, result: Promise<unknown>): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** Queues whose messages carry the trace that they belong to (W3C `traceparent`). */
function tracedQueues(queues: QueuePort, { root, contextOf }: Tracing): QueuePort {
  const send = queues as unknown as Record<string, (jobs: object[], delay?: number) => Promise<void>>;
  const traced = Object.entries(send).map(([name, into]) => [
    name,
    (jobs: object[], delay?: number) => {
      const span = root.child(`send ${name}`, KIND.producer);
      span.set('messaging.batch.message_count', jobs.length);
      const carrying = jobs.map((job) => {
        const context = contextOf('correlationId' in job ? String(job.correlationId) : '');
        if (context === null) return job;
        const parent = context.traceId === span.context.traceId ? span.context : context;
        return { ...job, traceparent: writeTraceparent(parent) };
      });
      return following(span, into(carrying, delay));
    },
  ]);
  return Object.fromEntries(traced) as unknown as QueuePort;
}
