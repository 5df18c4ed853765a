/**
 * Bindings that fail on purpose. Every call to a binding gets a number; a plan says what happens to which.
 *
 * - before: the call fails and did nothing.
 * - after: the call did its work and fails all the same (its answer was lost).
 * - hang: the call does nothing and never answers.
 * - dup: the call does its work twice, as after a repeat somewhere on the way.
 * - corrupt: what a read returns is not what is stored; other calls are left as they are.
 * - crash: the call does its work, then the isolate is gone: nothing answers any more and nothing runs on.
 */
export type FaultMode = 'before' | 'after' | 'hang' | 'dup' | 'corrupt' | 'crash';

export interface Fault {
  /** 1 is the first call to any binding. */
  step: number;
  mode: FaultMode;
}

export interface FaultRun {
  /** Names of the calls made so far, e.g. `BLOBS.put`; call number n is `calls[n - 1]`. */
  readonly calls: string[];
  /** Numbers of the faults that have struck. */
  readonly struck: number[];
  /** Resolves when a `crash` or `hang` has struck: the invocation will not end by itself. */
  readonly stuck: Promise<void>;
}

/**
 * What the platform says, by its own documentation, so that code which looks at messages meets the real ones. Which
 * of them is said depends on the number of the call.
 */
const WORDS: Record<string, readonly [string, ...string[]]> = {
  d1: [
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: D1 DB reset because its code was updated.',
    'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
    'D1_ERROR: D1 DB exceeded its memory limit and was reset.',
    'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.',
  ],
  r2: [
    'put: We encountered an internal error. Please try again. (10001)',
    'get: Please look at your request rate. (10058)',
    'Network connection lost.',
  ],
  queue: ['Queue sendBatch failed: Too Many Requests', 'Queue sendBatch failed: Storage Limit Exceeded'],
  object: [
    'Durable Object reset because its code was updated.',
    'Durable Object is overloaded. Too many requests queued.',
    'Network connection lost.',
  ],
  email: ['Network connection lost.'],
};

type Kind = keyof typeof WORDS;
function wordsOf(kind: Kind, step: number): string {
  const words = WORDS[kind] ?? [];
  return words[step % words.length] ?? 'Network connection lost.';
}

type Callable = (...args: unknown[]) => unknown;

/** The environment with every R2, Queue, D1 and Durable Object binding under the plan. */
export function faulty<E extends object>(env: E, plan: readonly Fault[]): { env: E; run: FaultRun } {
  const calls: string[] = [];
  const struck: number[] = [];
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  let dead = false;
  const never = () => new Promise<never>(() => undefined);

  async function call(kind: Kind, name: string, work: () => unknown, repeatable = true): Promise<unknown> {
    if (dead) return never();
    calls.push(name);
    const step = calls.length;
    const mode = plan.find((f) => f.step === step)?.mode;
    if (mode === undefined) {
      const result = await work();
      return dead ? never() : result;
    }
    struck.push(step);
    if (mode === 'hang') {
      release();
      return never();
    }
    if (mode === 'before') throw new Error(wordsOf(kind, step));
    if (mode === 'dup' && repeatable) await work();
    const result = await work();
    if (mode === 'after') throw new Error(wordsOf(kind, step));
    if (mode === 'crash') {
      dead = true;
      release();
      return never();
    }
    return mode === 'corrupt' ? corrupted(result) : result;
  }

  function wrap(name: string, binding: unknown): unknown {
    switch (kindOf(binding)) {
      case 'd1':
        return wrapD1(name, binding as D1Database, call);
      case 'object':
        return wrapNamespace(name, binding as DurableObjectNamespace, call);
      case 'r2':
        return methods(binding as object, ['head', 'get', 'put', 'list', 'delete'], (method, args, work) =>
          // A stream can be read once: a repeated put would store something else than was sent.
          call('r2', `${name}.${method}`, work, !(args[1] instanceof ReadableStream)),
        );
      case 'email':
        return methods(binding as object, ['send'], (method, _, work) =>
          call('email', `${name}.${method}`, work),
        );
      case 'queue':
        return methods(binding as object, ['send', 'sendBatch'], (method, _, work) =>
          call('queue', `${name}.${method}`, work),
        );
      default:
        return binding;
    }
  }

  const wrapped = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, wrap(name, value)]));
  return { env: wrapped as E, run: { calls, struck, stuck } };
}

type Call = (kind: Kind, name: string, work: () => unknown, repeatable?: boolean) => Promise<unknown>;

function kindOf(binding: unknown): Kind | null {
  if (typeof binding !== 'object' || binding === null) return null;
  if ('prepare' in binding && 'batch' in binding) return 'd1';
  if ('sendBatch' in binding) return 'queue';
  if ('createMultipartUpload' in binding) return 'r2';
  if ('send' in binding) return 'email';
  return 'idFromName' in binding ? 'object' : null;
}

/** A view of the target where the named methods go through `on`. */
function methods<T extends object>(
  target: T,
  names: readonly string[],
  on: (method: string, args: unknown[], work: () => unknown) => unknown,
): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const bound = (...args: unknown[]) => (value as Callable).apply(target, args);
      if (typeof key !== 'string' || !names.includes(key)) return bound;
      return (...args: unknown[]) => on(key, args, () => bound(...args));
    },
  });
}

const originals = new WeakMap<object, D1PreparedStatement>();

function wrapStatement(name: string, statement: D1PreparedStatement, call: Call): D1PreparedStatement {
  const view = new Proxy(statement, {
    get(_, key) {
      if (key === 'bind') {
        return (...values: unknown[]) => wrapStatement(name, statement.bind(...values), call);
      }
      const value: unknown = Reflect.get(statement, key, statement);
      if (typeof value !== 'function') return value;
      const bound = (...args: unknown[]) => (value as Callable).apply(statement, args);
      const runs = key === 'all' || key === 'run' || key === 'first' || key === 'raw';
      return runs ? (...args: unknown[]) => call('d1', `${name}.${key}`, () => bound(...args)) : bound;
    },
  });
  originals.set(view, statement);
  return view;
}

function wrapD1(name: string, database: D1Database, call: Call): D1Database {
  return new Proxy(database, {
    get(_, key) {
      if (key === 'prepare') return (sql: string) => wrapStatement(name, database.prepare(sql), call);
      if (key === 'batch') {
        return (statements: D1PreparedStatement[]) =>
          call('d1', `${name}.batch`, () => database.batch(statements.map((s) => originals.get(s) ?? s)));
      }
      if (key === 'exec') return (sql: string) => call('d1', `${name}.exec`, () => database.exec(sql));
      const value: unknown = Reflect.get(database, key, database);
      return typeof value === 'function' ? (value as Callable).bind(database) : value;
    },
  });
}

function wrapNamespace(name: string, namespace: DurableObjectNamespace, call: Call): DurableObjectNamespace {
  const wrapStub = (stub: DurableObjectStub) =>
    new Proxy(stub, {
      get(_, key) {
        if (key === 'id' || key === 'name' || typeof key !== 'string') return Reflect.get(stub, key, stub);
        // Any other name may be a method of the object's class. Called as one: to a stub, `.apply` is one more method.
        const rpc = stub as unknown as Record<string, Callable>;
        return (...args: unknown[]) => call('object', `${name}.${key}`, () => rpc[key]?.(...args));
      },
    });
  return new Proxy(namespace, {
    get(_, key) {
      if (key === 'get') return (id: DurableObjectId) => wrapStub(namespace.get(id));
      const value: unknown = Reflect.get(namespace, key, namespace);
      return typeof value === 'function' ? (value as Callable).bind(namespace) : value;
    },
  });
}

/** An R2 object whose body has its first byte flipped; anything else as it is. */
function corrupted(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('body' in result) || !('arrayBuffer' in result))
    return result;
  const object = result as R2ObjectBody;
  const flipped = async () => {
    const bytes = new Uint8Array(await object.arrayBuffer());
    if (bytes.length > 0) bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes;
  };
  return new Proxy(object, {
    get(_, key) {
      if (key === 'body') {
        return new ReadableStream<Uint8Array>({
          async pull(controller) {
            controller.enqueue(await flipped());
            controller.close();
          },
        });
      }
      if (key === 'arrayBuffer') return async () => (await flipped()).buffer;
      if (key === 'bytes') return flipped;
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? (value as Callable).bind(object) : value;
    },
  });
}
