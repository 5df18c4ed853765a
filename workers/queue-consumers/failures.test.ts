/** What becomes of messages that fail again and again, on every queue (I11, I12). */
import { describe, expect, it } from 'vitest';
import type { Services } from '../../platform/services.ts';
import { createMemoryObjectStore, createMemoryStores } from '../../store/memory/index.ts';
import { consumeDeadLetters } from './dead-letters.ts';
import { createQueueConsumers } from './index.ts';
import type { QueueBatch, QueueMessage } from './settle.ts';

interface Waiting {
  id: string;
  body: unknown;
  attempts: number;
  readyAt: number;
}

const job = (mailboxId: string) => ({
  ...{ v: 1, tenantId: 't1', mailboxId, shard: 'MAIL_1', correlationId: `c-${mailboxId}` },
});

function world() {
  const stores = createMemoryStores(['MAIL_1']);
  const lines: { event: string; fields: Record<string, unknown> }[] = [];
  const on = (event: string, fields: Record<string, unknown> = {}) => void lines.push({ event, fields });
  const log = { debug: on, info: on, warn: on, error: on, with: () => log };
  const written: string[] = [];
  const fate = new Map<string, 'throws' | 'kills'>();
  let kill = () => {};
  const services = {
    ...stores,
    log,
    now: () => 1_800_000_000_000,
    objects: createMemoryObjectStore(),
    queues: { audit: async () => undefined, actions: async () => undefined },
    archive: {
      mailbox: (ref: { mailboxId: string }) => ({
        async head() {
          if (fate.get(ref.mailboxId) === 'throws') throw new Error('D1 is out to lunch');
          if (fate.get(ref.mailboxId) === 'kills') {
            kill();
            return new Promise<never>(() => undefined);
          }
          written.push(ref.mailboxId);
          return { exists: false };
        },
      }),
    },
  } as unknown as Services;

  /** Delivers until nothing waits: at least once, with the delays that were asked for, and as a whole after a kill. */
  async function run(queue: string, bodies: unknown[], maxRetries: number): Promise<Waiting[]> {
    let now = 0;
    let waiting: Waiting[] = bodies.map((body, n) => ({ id: `m${n}`, body, attempts: 0, readyAt: 0 }));
    const dead: Waiting[] = [];
    while (waiting.length > 0) {
      now = Math.min(...waiting.map((w) => w.readyAt));
      const batch = waiting.filter((w) => w.readyAt <= now).slice(0, 25);
      for (const one of batch) one.attempts++;
      const settled = new Map<Waiting, number | 'ack'>();
      const messages: QueueMessage[] = batch.map((one) => ({
        ...one,
        ack: () => void settled.set(one, settled.get(one) ?? 'ack'),
        retry: (o) => void settled.set(one, settled.get(one) ?? o?.delaySeconds ?? 0),
      }));
      const killed = new Promise<'killed'>((resolve) => {
        kill = () => resolve('killed');
      });
      const over = createQueueConsumers(services)({ queue, messages } as QueueBatch).then(
        () => 'done' as const,
      );
      if ((await Promise.race([over, killed])) === 'killed') for (const one of batch) settled.set(one, 0);
      for (const one of batch) {
        const what = settled.get(one) ?? 'ack';
        if (what === 'ack') waiting = waiting.filter((w) => w !== one);
        else one.readyAt = now + what;
        if (what !== 'ack' && one.attempts > maxRetries) {
          waiting = waiting.filter((w) => w !== one);
          dead.push(one);
        }
      }
    }
    return dead;
  }
  return { services, stores, lines, written, fate, run };
}

const mailboxes = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'];

describe('a message that kills the isolate, on a queue other than that of ingest', () => {
  it.each([0, 3, 5])('I11: at place %i of its batch is the only one that dies of it', async (place) => {
    const w = world();
    w.fate.set(`u${place}`, 'kills');
    const dead = await w.run('actions', mailboxes.map(job), 5);
    expect(dead.map((d) => d.body)).toEqual([job(`u${place}`)]);
    expect(new Set(w.written)).toEqual(new Set(mailboxes.filter((id) => id !== `u${place}`)));
  });
});

describe('a message that fails', () => {
  it('I11: does not hold up the others of its batch', async () => {
    const w = world();
    w.fate.set('u2', 'throws');
    const dead = await w.run(
      'actions',
      [...mailboxes.map(job), 'rubbish', { ...job('u9'), tenantId: '../t2' }],
      3,
    );
    expect(dead.map((d) => d.body)).toEqual(['rubbish', { ...job('u9'), tenantId: '../t2' }, job('u2')]);
    expect(w.written.sort()).toEqual(mailboxes.filter((id) => id !== 'u2'));
  });

  it('I12: becomes a dead letter that says what the last attempt said', async () => {
    const w = world();
    w.fate.set('u2', 'throws');
    const dead = await w.run('actions', [job('u2'), 'rubbish'], 3);
    // Under other ids, as the platform gives them.
    const messages = dead.map(({ body }, n) => ({
      ...{ id: `other${n}`, body, attempts: 1, ack: () => undefined, retry: () => undefined },
    }));
    await consumeDeadLetters(w.services, { queue: 'dlq-actions', messages });
    const letters = await w.stores.directory.listDeadLetters({ limit: 10 });
    expect(letters.find((l) => l.body === JSON.stringify(job('u2')))).toMatchObject({
      ...{
        queue: 'actions',
        error: 'actions.failed: Error: D1 is out to lunch',
        attempts: 4,
        correlationId: 'c-u2',
      },
    });
    expect(letters.find((l) => l.body === '"rubbish"')?.error).toMatch(/^not a valid job/);
    expect(w.lines.find((l) => l.event === 'dead-letter')?.fields['error']).toBeDefined();
  });

  it('is forgotten when it succeeds after all', async () => {
    const w = world();
    w.fate.set('u2', 'throws');
    const noted = w.services.operations.noteFailures;
    let notes = 0;
    w.services.operations.noteFailures = async (failures) => {
      await noted(failures);
      notes += failures.length;
      if (notes > 0) w.fate.clear();
    };
    expect(await w.run('actions', [job('u2')], 5)).toEqual([]);
    expect(notes).toBeGreaterThan(0);
    await consumeDeadLetters(w.services, {
      queue: 'dlq-actions',
      messages: [{ id: 'x', body: job('u2'), attempts: 1, ack: () => undefined, retry: () => undefined }],
    });
    const [letter] = await w.stores.directory.listDeadLetters({ limit: 10 });
    expect(letter?.error).toMatch(/no attempt came to its end/);
  });

  it('A65: no queue acts on what is no job of it', async () => {
    const forged = [
      null,
      'x',
      7,
      [],
      {},
      { ...job('u1'), v: 2 },
      { ...job('../x') },
      { ...job('u1'), shard: 'x y' },
    ];
    for (const queue of [
      'mail-ingest',
      'index',
      'notify',
      'audit',
      'outbound',
      'arrived',
      'retention',
      'actions',
      'scheduling',
      'webhooks',
    ]) {
      const untouchable = new Proxy(
        {},
        {
          get: (_, name) => {
            throw new Error(`${queue} touched ${String(name)}`);
          },
        },
      );
      const w = world();
      const attempt = async (jobs: unknown[]) => {
        expect(jobs).toEqual([]);
        return [];
      };
      const services = {
        ...{ ...w.services, mail: untouchable, blobs: untouchable, archive: untouchable },
        outbound: { attempt },
        carriers: { close: async () => undefined },
      } as unknown as Services;
      const retried: string[] = [];
      const messages = forged.map((body, n) => ({
        ...{ id: `m${n}`, body, attempts: 1, retry: () => void retried.push(`m${n}`) },
        ack: () => {
          throw new Error(`${queue} took ${JSON.stringify(body)} for a job`);
        },
      }));
      await createQueueConsumers(services)({ queue, messages });
      expect(retried).toHaveLength(forged.length);
    }
  });
});
