import { describe, expect, it } from 'vitest';
import type { IndexJob } from '../core/ports/queues.ts';
import { chunks, createQueues } from './queues.ts';

const job = (n: number): IndexJob => ({
  v: 1,
  tenantId: 't',
  mailboxId: 'm',
  shard: 'MAIL_1',
  itemId: `i${n}`,
  correlationId: 'c',
});

describe('queues', () => {
  it('sends no more than a hundred messages in one batch, in order', async () => {
    const batches: unknown[][] = [];
    const queue = {
      async sendBatch(messages: Iterable<{ body: unknown }>) {
        batches.push([...messages].map((m) => m.body));
      },
    };
    const env = { QUEUE_INDEX: queue } as unknown as Parameters<typeof createQueues>[0];
    const jobs = Array.from({ length: 205 }, (_, n) => job(n));
    await createQueues(env).index(jobs);
    expect(batches.map((b) => b.length)).toEqual([100, 100, 5]);
    expect(batches.flat()).toEqual(jobs);
    await createQueues(env).index([]);
    expect(batches).toHaveLength(3);
  });

  it('keeps a batch under 256 KB', () => {
    const big = Array.from({ length: 9 }, (_, n) => ({ n, text: 'é'.repeat(30_000) }));
    const cut = chunks(big);
    for (const chunk of cut) {
      expect(new TextEncoder().encode(JSON.stringify(chunk)).length).toBeLessThan(256_000);
    }
    expect(cut.flat()).toEqual(big);
    expect(cut.length).toBe(3);
  });

  it('does not hide a failed send', async () => {
    const queue = {
      async sendBatch() {
        throw new Error('Queue send failed: Too Many Requests');
      },
    };
    const env = { QUEUE_INDEX: queue } as unknown as Parameters<typeof createQueues>[0];
    await expect(createQueues(env).index([job(1)])).rejects.toThrow('Too Many Requests');
  });
});
