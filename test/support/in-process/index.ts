/**
 * The whole Worker inside this process, over doubles of the platform's bindings. Nothing is sent over a wire, so that
 * a great many requests can be made; what runs beside each other takes turns as a seed says. Assets are not served.
 */
import { checkAdminAnswer } from '../admin-contract.ts';
import { ADMIN_TOKEN, createClient, SECRETS_KEY } from '../client.ts';
import type { LogLine, Waypost, WaypostOptions } from '../harness.ts';
import { NO_DNS } from '../no-dns.ts';
import { Activity } from './activity.ts';
import { Connections, counting, installCounting } from './connections.ts';
import { createEnvironment } from './environment.ts';
import { installGlobals } from './globals.ts';
import { installHooks } from './hooks.ts';
import { logging } from './logs.ts';
import { createPace, seeded } from './pace.ts';
import type { Batch } from './queue-batch.ts';
import type { Disorder } from './queues.ts';

const ROOT = new URL('../../../', import.meta.url);
const ORIGIN = new URL('https://waypost.test/');

export interface InProcessOptions extends WaypostOptions {
  /** Of the order in which things happen. */
  seed?: number;
  /** Queues that repeat, delay and mix up messages; without it they are in order. */
  disorder?: Disorder;
  /** Puts something around the bindings that the Worker and its objects see, e.g. faults. */
  wrap?(env: Record<string, unknown>): Record<string, unknown>;
}

export interface InProcess extends Waypost {
  /** Resolves when all queues are empty, whatever their messages wait for, and nothing runs behind the answers. */
  drain(): Promise<void>;
}

/** The default export of the entry module. */
interface Handlers {
  fetch(request: Request, env: object, context: object): Promise<Response>;
  email(message: object, env: object, context: object): Promise<void>;
  queue(batch: Batch, env: object, context: object): Promise<void>;
  scheduled(controller: object, env: object, context: object): Promise<void>;
}

/** Starts a Worker of its own for the caller, in this process. Call `stop()` when done. */
export async function startInProcess(options: InProcessOptions = {}): Promise<InProcess> {
  const store = options.store ?? 'd1';
  installHooks();
  installGlobals();
  const entry = new URL(options.main ?? 'workers/index.ts', ROOT).href;
  const { default: handlers, ...classes } = (await import(/* @vite-ignore */ entry)) as Record<
    string,
    unknown
  >;
  const worker = handlers as Handlers;
  const postgres = store === 'postgres' ? await (await import('../postgres.ts')).startDatabase() : null;
  if (postgres !== null) await installCounting();
  const lines: LogLine[] = [];
  // An invocation's connection stays for a while after its last statement, and the invocation with it.
  const connections = new Connections();
  const activity = new Activity(() => connections.open);
  const chance = seeded(options.seed ?? 1);
  const { env, bindings, queues, objects } = createEnvironment({
    // Counting would have every request wait for its flush at the end of the test.
    vars: {
      LOG_LEVEL: 'info',
      METRICS_FLUSH_MS: 'off',
      ...NO_DNS,
      SECRETS_KEY,
      ...options.vars,
      STORE: store,
      ADMIN_TOKEN,
    },
    postgres: postgres?.url ?? null,
    ...{ classes, activity, chance, pace: createPace(chance), disorder: options.disorder },
    wrap: options.wrap ?? ((whole) => whole),
    consume: (batch) => invoke((context) => worker.queue(batch, env, context)),
  });

  /** One invocation of a handler. What it leaves to be done after its answer is followed by `drain`. */
  function invoke<T>(work: (context: object) => Promise<T>): Promise<T> {
    const waitUntil = (later: Promise<unknown>) => {
      activity.run(() => later).catch((error: unknown) => console.error(String(error)));
    };
    const context = { waitUntil, passThroughOnException: () => undefined, props: {} };
    return counting(connections, () => logging(lines, () => work(context)));
  }

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('cf-connecting-ip')) headers.set('cf-connecting-ip', '127.0.0.1');
    const duplex = init.body instanceof ReadableStream ? { duplex: 'half' } : {};
    const asked = new Request(new URL(path, ORIGIN), { ...init, headers, ...duplex } as RequestInit);
    const response = unpacked(await invoke((context) => worker.fetch(asked, env, context)));
    await checkAdminAnswer(path, init, response);
    return response;
  }

  const logs = () => [...lines];
  return {
    url: ORIGIN,
    adminToken: ADMIN_TOKEN,
    fetch: request,
    ...createClient(request, logs),
    async email(from, to, raw) {
      const message = mailOf(from, to, raw);
      const accepted = invoke((context) => worker.email(message, env, context));
      const outcome = await accepted.then(
        () => 'ok',
        () => 'exception',
      );
      return { outcome, rejectReason: message.rejectReason };
    },
    scheduled: (cron = '*/15 * * * *') =>
      invoke((context) =>
        worker.scheduled({ cron, scheduledTime: Date.now(), noRetry: () => undefined }, env, context),
      ),
    async evict(binding, name) {
      const namespace = objects.get(binding);
      if (namespace === undefined) throw new Error(`there is no binding ${binding}`);
      await namespace.evict(name);
    },
    bindings: async <T>() => bindings as T,
    logs,
    async drain() {
      do {
        await queues.drain();
        await activity.idle();
      } while (activity.busy || !queues.empty);
    },
    async stop() {
      queues.stop();
      await postgres?.stop();
    },
  };
}

/** The answer as a client has it that asks for no coding: fetch() takes one off, too. */
function unpacked(response: Response): Response {
  const coding = response.headers.get('content-encoding');
  if (response.body === null || (coding !== 'gzip' && coding !== 'deflate')) return response;
  const body = response.body.pipeThrough(new DecompressionStream(coding));
  return new Response(body, { status: response.status, headers: response.headers });
}

/** What email() is handed. */
function mailOf(from: string, to: string, raw: Uint8Array | string) {
  const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw;
  const message = {
    ...{ from, to, rawSize: bytes.length, raw: new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() },
    headers: headersOf(bytes),
    rejectReason: undefined as string | undefined,
    setReject(reason: string) {
      message.rejectReason = reason;
    },
  };
  return message;
}

function headersOf(bytes: Uint8Array): Headers {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = text.search(/\r?\n\r?\n/);
  const headers = new Headers();
  const lines = text
    .slice(0, end < 0 ? text.length : end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  for (const line of lines) {
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    try {
      headers.append(name, value);
    } catch {
      // A name or value that HTTP does not know: the platform leaves it out as well.
    }
  }
  return headers;
}
