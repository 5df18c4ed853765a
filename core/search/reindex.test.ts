import { expect, test } from 'vitest';
import type { IndexJob } from '../ports/queues.ts';
import type { MirrorChange } from '../ports/search.ts';
import { type ReindexPorts, reindexStep } from './reindex.ts';

const REF = { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' };

/** A mailbox of `messages` messages and `objects` others, of which `documents` are indexed. */
function world(messages: number, objects: number, documents: number) {
  const all = Array.from({ length: messages + objects }, (_, i) => String(i).padStart(6, '0'));
  const ids = all.slice(0, messages);
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
        pimIds: async (after: string, limit: number) =>
          all.filter((id) => id >= String(messages).padStart(6, '0') && id > after).slice(0, limit),
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
  return { ports, jobs, left, ids: all };
}

test.each([
  [0, 0, 0],
  [1, 0, 5000],
  [500, 0, 0],
  [1234, 0, 1],
  [500, 500, 0],
  [499, 1, 0],
  [0, 1200, 1],
  [700, 801, 0],
])('%i messages and %i objects are enqueued once each, after %i documents are gone', async (messages, objects, documents) => {
  const { ports, jobs, left, ids } = world(messages, objects, documents);
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
  if (messages + objects > 0) expect(jobs[0]).toEqual({ v: 1, ...REF, itemId: '000000', correlationId: 'c' });
});
