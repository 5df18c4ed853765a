import { expect, test } from 'vitest';
import type { IndexJob } from '../ports/queues.ts';
import type { MirrorChange } from '../ports/search.ts';
import { type ReindexPorts, reindexStep } from './reindex.ts';

const REF = { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' };

/** A mailbox of `messages` messages of which `documents` are indexed. */
function world(messages: number, documents: number) {
  const ids = Array.from({ length: messages }, (_, i) => String(i).padStart(6, '0'));
  const jobs: IndexJob[] = [];
  const left = { documents, cursors: [] as unknown[] };
  const ports = {
    mail: {
      mailbox: () => ({
        folders: async () => [{ folderId: 'inbox', contentModseq: 7 }],
        rawKeys: async (after: string, limit: number) =>
          ids
            .filter((id) => id > after)
            .slice(0, limit)
            .map((itemId) => ({ itemId, rawKey: itemId })),
      }),
    },
    search: {
      mirror: async (_ref: unknown, change: MirrorChange) => {
        left.cursors = [...change.cursors];
      },
      clear: async (_ref: unknown, limit: number) => {
        const count = Math.min(limit, left.documents);
        left.documents -= count;
        return count;
      },
    },
    queues: { index: async (list: IndexJob[]) => void jobs.push(...list) },
  } as unknown as ReindexPorts;
  return { ports, jobs, left, ids };
}

test.each([
  [0, 0],
  [1, 5000],
  [500, 0],
  [1234, 1],
])('%i messages are enqueued once each, after %i documents are gone', async (messages, documents) => {
  const { ports, jobs, left, ids } = world(messages, documents);
  let cursor: string | null = null;
  do {
    const step = await reindexStep(ports, REF, cursor, 'c');
    if (step.enqueued > 0) expect(left.documents).toBe(0);
    expect(step.enqueued).toBeLessThanOrEqual(500);
    cursor = step.cursor;
  } while (cursor !== null);
  expect(left.documents).toBe(0);
  expect(left.cursors).toEqual([['inbox', { modseq: 7, itemId: '\uffff' }]]);
  expect(jobs.map((job) => job.itemId)).toEqual(ids);
  if (messages > 0) expect(jobs[0]).toEqual({ v: 1, ...REF, itemId: '000000', correlationId: 'c' });
});
