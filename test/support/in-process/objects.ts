import { createHash, randomBytes } from 'node:crypto';
import type { DurableObjectNamespace } from '@cloudflare/workers-types/experimental';
import type { Activity } from './activity.ts';
import { createObjectStorage } from './object-storage.ts';
import type { Pace } from './pace.ts';
import { Socket } from './sockets.ts';

/** A Durable Object class. */
export type ObjectClass = new (ctx: object, env: object) => object;

interface Instance {
  fetch?(request: Request): Response | Promise<Response>;
  alarm?(): unknown;
  webSocketMessage?(socket: Socket, data: unknown): unknown;
  webSocketClose?(socket: Socket, code: number, reason: string, clean: boolean): unknown;
  [method: string]: unknown;
}

interface Surroundings {
  pace: Pace;
  activity: Activity;
  make(ctx: object): object;
}

interface ObjectId {
  readonly name?: string;
  toString(): string;
  equals(other: ObjectId): boolean;
}

/** One object: its storage and its hibernating sockets stay, its instance comes and goes. */
class Actor {
  readonly #around: Surroundings;
  readonly #storage = createObjectStorage(() => this.call((instance) => instance.alarm?.()));
  readonly #sockets = new Map<Socket, string[]>();
  readonly #id: ObjectId;
  #instance: Instance | null = null;
  #gate: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #leaving: (() => void)[] = [];

  constructor(id: ObjectId, around: Surroundings) {
    this.#id = id;
    this.#around = around;
  }

  get running(): boolean {
    return this.#instance !== null;
  }

  /** Ends the instance as soon as it does nothing. */
  async evict(): Promise<void> {
    if (this.#calls > 0) await new Promise<void>((resolve) => this.#leaving.push(resolve));
    this.#instance = null;
  }

  call<T>(work: (instance: Instance) => T | Promise<T>): Promise<T> {
    return this.#around.activity.run(async () => {
      await this.#around.pace();
      this.#calls++;
      try {
        this.#instance ??= this.#around.make(this.#context()) as Instance;
        const instance = this.#instance;
        await this.#gate;
        return await work(instance);
      } finally {
        this.#calls--;
        if (this.#calls === 0 && this.#leaving.length > 0) {
          this.#instance = null;
          for (const leave of this.#leaving.splice(0)) leave();
        }
        await this.#around.pace();
      }
    });
  }

  #context(): object {
    return {
      id: this.#id,
      storage: this.#storage,
      waitUntil: (work: Promise<unknown>) =>
        void this.#around.activity.run(() => work).catch(() => undefined),
      blockConcurrencyWhile: <T>(work: () => Promise<T>) => {
        const done = work();
        this.#gate = done;
        return done;
      },
      acceptWebSocket: (socket: Socket, tags: string[] = []) => {
        this.#sockets.set(socket, tags);
        socket.hibernate((to, frame) => {
          void this.call((instance) =>
            frame.kind === 'message'
              ? instance.webSocketMessage?.(to, frame.data)
              : instance.webSocketClose?.(to, frame.code, frame.reason, true),
          ).catch((error: unknown) => console.error(String(error)));
        });
      },
      getWebSockets: (tag?: string) => this.#open(tag),
      getTags: (socket: Socket) => this.#sockets.get(socket) ?? [],
    };
  }

  #open(tag: string | undefined): Socket[] {
    for (const socket of this.#sockets.keys()) {
      if (socket.readyState === Socket.CLOSED) this.#sockets.delete(socket);
    }
    return [...this.#sockets].filter(([, tags]) => tag === undefined || tags.includes(tag)).map(([s]) => s);
  }
}

export interface ObjectsDouble {
  binding: DurableObjectNamespace;
  /** Rejects when there is no instance of that name. */
  evict(name: string): Promise<void>;
}

/** A namespace of Durable Objects with SQLite storage, with RPC and fetch. */
export function createObjects(className: string, around: Surroundings): ObjectsDouble {
  const actors = new Map<string, Actor>();
  const actorOf = (id: ObjectId) => {
    const key = id.toString();
    const known = actors.get(key);
    if (known !== undefined) return known;
    const made = new Actor(id, around);
    actors.set(key, made);
    return made;
  };
  const idOf = (hex: string, name?: string): ObjectId => ({
    ...(name === undefined ? {} : { name }),
    toString: () => hex,
    equals: (other) => other.toString() === hex,
  });
  const idFromName = (name: string) =>
    idOf(createHash('sha256').update(`${className}\0${name}`).digest('hex'), name);
  const get = (id: ObjectId) => stubOf(id, actorOf(id));
  const namespace = {
    idFromName,
    idFromString: (hex: string) => idOf(hex),
    newUniqueId: () => idOf(randomBytes(32).toString('hex')),
    get,
    getByName: (name: string) => get(idFromName(name)),
  };
  return {
    binding: namespace as unknown as DurableObjectNamespace,
    async evict(name) {
      const actor = actors.get(idFromName(name).toString());
      if (actor?.running !== true) throw new Error(`${className} ${name} is not currently running`);
      await actor.evict();
    },
  };
}

/** Every name but those of a stub itself is a method of the class, called with copies and answered with one. */
function stubOf(id: ObjectId, actor: Actor): object {
  return new Proxy(
    {},
    {
      get(_, key) {
        if (key === 'id') return id;
        if (key === 'name') return id.name;
        if (typeof key === 'symbol' || key === 'then') return undefined;
        if (key === 'fetch') {
          return (input: string | Request, init?: RequestInit) =>
            actor.call((instance) => {
              if (instance.fetch === undefined)
                throw new TypeError('Handler does not export a fetch() function.');
              return instance.fetch(new Request(input, init));
            });
        }
        return (...args: unknown[]) => {
          const copies = structuredClone(args);
          return actor.call((instance) => invoke(instance, key, copies)).catch(remote);
        };
      },
    },
  );
}

async function invoke(instance: Instance, name: string, args: unknown[]): Promise<unknown> {
  const method = Object.hasOwn(instance, name) ? undefined : instance[name];
  if (typeof method !== 'function' || name === 'constructor') {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  return structuredClone(await method.apply(instance, args));
}

/** Of an error the other side gets to know its message, not its class. */
function remote(error: unknown): never {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  throw Object.assign(new Error(message), { remote: true, stack });
}
