import { describe, expect, test } from 'vitest';
import { Activity } from './activity.ts';
import { DurableObject } from './cloudflare-workers.ts';
import { createD1 } from './d1.ts';
import { installGlobals } from './globals.ts';
import { createObjects } from './objects.ts';
import { createPace, seeded } from './pace.ts';
import type { Batch } from './queue-batch.ts';
import { type Disorder, Queues } from './queues.ts';
import { createR2 } from './r2.ts';
import type { Socket } from './sockets.ts';

installGlobals();
const chance = seeded(1);
const pace = createPace(chance);

describe('D1', () => {
  const database = () => createD1(pace, ['CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)']);

  test('a batch is all or nothing, and says how many rows each statement wrote', async () => {
    const d1 = database();
    const put = d1.prepare('INSERT INTO t VALUES (?, ?)');
    const [first, second] = await d1.batch([put.bind(1, 'x'), put.bind(2, 'y')]);
    expect([first?.meta.changes, second?.meta.changes]).toEqual([1, 1]);
    await expect(d1.batch([put.bind(3, 'z'), put.bind(4, 'x')])).rejects.toThrow(
      'D1_ERROR: UNIQUE constraint failed: t.b: SQLITE_CONSTRAINT',
    );
    expect(await d1.prepare('SELECT a FROM t ORDER BY a').raw()).toEqual([[1], [2]]);
  });

  test('reads rows in each of its ways', async () => {
    const d1 = database();
    await d1.prepare('INSERT INTO t VALUES (1, ?)').bind('x').run();
    const all = d1.prepare('SELECT a, b FROM t');
    expect((await all.all()).results).toEqual([{ a: 1, b: 'x' }]);
    expect(await all.first('b')).toBe('x');
    expect(await all.raw({ columnNames: true })).toEqual([
      ['a', 'b'],
      [1, 'x'],
    ]);
    expect(await d1.prepare('SELECT 1 WHERE false').first()).toBeNull();
  });

  test('takes at most 100 parameters, and no undefined', async () => {
    const d1 = database();
    const many = d1.prepare(`SELECT ${Array.from({ length: 101 }, () => '?').join()}`);
    await expect(many.bind(...Array.from({ length: 101 }, () => 1)).all()).rejects.toThrow('too many SQL');
    expect(() => d1.prepare('SELECT ?').bind(undefined)).toThrow('D1_TYPE_ERROR');
  });
});

describe('R2', () => {
  test('refuses bytes of another digest', async () => {
    const r2 = createR2(pace);
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    await expect(r2.put('k', 'one', { sha256 })).rejects.toThrow('checksum');
    expect(await r2.head('k')).toBeNull();
    expect((await r2.put('k', '', { sha256 }))?.size).toBe(0);
  });

  test('a put that is for new keys only leaves what is there, and lets go of its source', async () => {
    const r2 = createR2(pace);
    const onlyIf = { etagDoesNotMatch: '*' };
    expect((await r2.put('k', 'one', { onlyIf }))?.size).toBe(3);
    const stream = new FixedLengthStreamOf(3);
    const writing = stream.write('two');
    expect(await r2.put('k', stream.readable as never, { onlyIf })).toBeNull();
    await expect(writing).rejects.toBeDefined();
    expect(await (await r2.get('k'))?.text()).toBe('one');
  });

  test('wants the length of a stream beforehand', async () => {
    const stream = new Blob(['x']).stream();
    await expect(createR2(pace).put('k', stream as never)).rejects.toThrow('known length');
  });

  test('reads ranges, and lists page by page with the metadata that is asked for', async () => {
    const r2 = createR2(pace);
    for (const key of ['a/2', 'b/1', 'a/1', 'a/3']) await r2.put(key, key, { customMetadata: { key } });
    expect(await (await r2.get('a/1', { range: { offset: 1, length: 9 } }))?.text()).toBe('/1');
    await expect(r2.get('a/1', { range: { offset: 3 } })).rejects.toThrow('not satisfiable');
    const first = await r2.list({ prefix: 'a/', limit: 2, include: ['customMetadata'] });
    expect(first.objects.map((o) => [o.key, o.customMetadata])).toEqual([
      ['a/1', { key: 'a/1' }],
      ['a/2', { key: 'a/2' }],
    ]);
    const second = await r2.list({ prefix: 'a/', ...(first.truncated ? { cursor: first.cursor } : {}) });
    expect(second.objects.map((o) => o.key)).toEqual(['a/3']);
    expect(second.truncated).toBe(false);
  });
});

/** The platform's stream under its own name, for this file is compiled without the Worker's types. */
class FixedLengthStreamOf {
  readonly readable: ReadableStream;
  readonly #writer: WritableStreamDefaultWriter;

  constructor(length: number) {
    const Made = Reflect.get(globalThis, 'FixedLengthStream') as new (n: number) => TransformStream;
    const made = new Made(length);
    this.readable = made.readable;
    this.#writer = made.writable.getWriter();
  }

  write(text: string): Promise<void> {
    return this.#writer.write(new TextEncoder().encode(text));
  }
}

describe('Response', () => {
  test('takes over status and header of another one', () => {
    const first = new Response('x', { status: 409, headers: { 'x-a': '1' } });
    const second = new Response('y', first);
    expect([second.status, second.ok, second.headers.get('x-a')]).toEqual([409, false, '1']);
  });
});

describe('queues', () => {
  function newQueues(consume: (batch: Batch) => void, disorder?: Disorder) {
    const consumers = [
      { queue: 'q', max_batch_size: 10, max_batch_timeout: 0, max_retries: 2, dead_letter_queue: 'dlq-q' },
      { queue: 'dlq-q', max_batch_size: 10, max_batch_timeout: 0, max_retries: 100 },
    ];
    const queues = new Queues({
      consumers,
      consume: async (batch) => consume(batch),
      pace,
      chance,
      disorder,
    });
    return { queues, producer: queues.producer('q') };
  }

  test('of a batch whose handler throws everything comes again that was not acknowledged', async () => {
    const seen: [unknown, number][] = [];
    const { queues, producer } = newQueues((batch) => {
      for (const message of batch.messages) {
        seen.push([message.body, message.attempts]);
        if (message.body === 'good') message.ack();
      }
      if (batch.messages.some((m) => m.attempts === 1)) throw new Error('poison');
    });
    await producer.sendBatch([{ body: 'good' }, { body: 'bad' }]);
    await queues.drain();
    expect(seen).toEqual([
      ['good', 1],
      ['bad', 1],
      ['bad', 2],
    ]);
  });

  test('a message that is given back too often goes to the dead letters', async () => {
    const seen: string[] = [];
    const { queues, producer } = newQueues((batch) => {
      seen.push(`${batch.queue} ${batch.messages[0]?.attempts}`);
      if (batch.queue === 'q') batch.messages[0]?.retry({ delaySeconds: 60 });
    });
    await producer.send('x');
    await queues.drain();
    expect(seen).toEqual(['q 1', 'q 2', 'q 3', 'dlq-q 1']);
  });

  test('in disorder every message comes at least once, some more often, in another order', async () => {
    const seen: number[] = [];
    const disorder = { duplicate: 0.3, delay: 0.5, maxDelayMs: 10, concurrency: 3 };
    const { queues, producer } = newQueues((batch) => {
      for (const message of batch.messages) seen.push(message.body as number);
    }, disorder);
    const sent = Array.from({ length: 60 }, (_, i) => i);
    await producer.sendBatch(sent.map((body) => ({ body })));
    await queues.drain();
    expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(sent);
    expect(seen.length).toBeGreaterThan(sent.length);
    expect(seen.slice(0, 60)).not.toEqual(sent);
  });
});

describe('Durable Objects', () => {
  interface Context {
    storage: {
      sql: { exec(sql: string, ...values: unknown[]): { toArray(): Record<string, unknown>[] } };
      kv: { get(key: string): unknown; put(key: string, value: unknown): void };
      transactionSync<T>(work: () => T): T;
    };
    acceptWebSocket(socket: Socket, tags: string[]): void;
    getWebSockets(tag?: string): Socket[];
  }

  class Counter extends DurableObject {
    #inMemory = 0;

    get #ctx(): Context {
      return this.ctx as unknown as Context;
    }

    count(): [memory: number, stored: number] {
      const { kv } = this.#ctx.storage;
      kv.put('n', ((kv.get('n') as number | undefined) ?? 0) + 1);
      return [++this.#inMemory, kv.get('n') as number];
    }

    undone(): unknown {
      const { storage } = this.#ctx;
      storage.sql.exec('CREATE TABLE IF NOT EXISTS t (a)');
      try {
        storage.transactionSync(() => {
          storage.sql.exec('INSERT INTO t VALUES (?)', 1);
          storage.kv.put('n', 100);
          throw new Error('no');
        });
      } catch {
        return [storage.sql.exec('SELECT * FROM t').toArray().length, storage.kv.get('n')];
      }
      return null;
    }

    changed(list: number[]): number[] {
      list.push(2);
      return list;
    }

    fetch(): Response {
      const Pair = Reflect.get(globalThis, 'WebSocketPair') as new () => { 0: Socket; 1: Socket };
      const pair = new Pair();
      this.#ctx.acceptWebSocket(pair[1], ['tag']);
      pair[1].serializeAttachment({ said: 'before' });
      return new Response(null, { status: 101, webSocket: pair[0] } as ResponseInit);
    }

    tell(): void {
      for (const socket of this.#ctx.getWebSockets('tag')) {
        socket.send(JSON.stringify(socket.deserializeAttachment()));
        socket.close(1000);
      }
    }

    sockets(): number {
      return this.#ctx.getWebSockets().length;
    }
  }

  type Stub = Record<string, (...args: unknown[]) => Promise<unknown>>;

  function newObjects() {
    const make = (ctx: object) => new Counter(ctx, {});
    const objects = createObjects('Counter', { pace, activity: new Activity(), make });
    return { objects, stub: objects.binding.getByName('one') as unknown as Stub };
  }

  test('an eviction takes what is in memory and leaves what is stored', async () => {
    const { objects, stub } = newObjects();
    await expect(objects.evict('one')).rejects.toThrow('not currently running');
    await stub['count']?.();
    expect(await stub['count']?.()).toEqual([2, 2]);
    await objects.evict('one');
    expect(await stub['count']?.()).toEqual([1, 3]);
  });

  test('a transaction that throws leaves nothing in either kind of storage', async () => {
    const { stub } = newObjects();
    await stub['count']?.();
    expect(await stub['undone']?.()).toEqual([0, 1]);
  });

  test('arguments and results are copies; what is no method is refused', async () => {
    const { stub } = newObjects();
    const list = [1];
    expect(await stub['changed']?.(list)).toEqual([1, 2]);
    expect(list).toEqual([1]);
    await expect(stub['nothing']?.()).rejects.toThrow('does not implement');
  });

  test('a hibernating socket outlives the instance with its attachment', async () => {
    const { objects, stub } = newObjects();
    const response = (await stub['fetch']?.('https://object/')) as Response & { webSocket: Socket };
    expect(response.status).toBe(101);
    const heard = new Promise((resolve) => {
      response.webSocket.addEventListener('message', (event) => resolve((event as MessageEvent).data));
    });
    const closed = new Promise((resolve) => response.webSocket.addEventListener('close', resolve));
    response.webSocket.accept();
    await objects.evict('one');
    await stub['tell']?.();
    expect(await heard).toBe('{"said":"before"}');
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await stub['sockets']?.()).toBe(0);
  });
});
