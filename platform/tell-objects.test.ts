import { describe, expect, it } from 'vitest';
import type { NewPimItem } from '../core/pim/types.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { PutResult } from '../core/ports/pim.ts';
import type { IndexJob } from '../core/ports/queues.ts';
import { createLogger } from './log.ts';
import { tellObjects } from './tell-objects.ts';

const REF = { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' };

function world(outcomes: PutResult['outcome'][], queueDown = false) {
  const told: IndexJob[] = [];
  const deferred: Promise<unknown>[] = [];
  const results = outcomes.map((outcome, n) => ({ outcome, itemId: `i${n}`, folderId: '8', modseq: 5 }));
  const box = {
    ref: REF,
    putItem: async () => results[0],
    putItems: async () => [...results, ...results],
    folders: async () => ['a folder'],
  };
  const mail = tellObjects({ mailbox: () => box, shards: () => ['MAIL_1'] } as unknown as MailStore, {
    queues: {
      index: async (jobs) => {
        if (queueDown) throw new Error('the queue is down');
        told.push(...jobs);
      },
    },
    log: createLogger('error'),
    defer: (work) => void deferred.push(work),
  });
  return { mail, mailbox: mail.mailbox(REF), told, deferred };
}

const ITEM = { itemId: 'i0' } as NewPimItem;

describe('the mail store that tells the index of objects', () => {
  it('tells of what was made or changed, once each, and of nothing else', async () => {
    const { mail, mailbox, told } = world([
      'inserted',
      'changed',
      'present',
      'conflict',
      'noFolder',
      'tooLarge',
    ]);
    expect(await mailbox.putItem(ITEM)).toMatchObject({ outcome: 'inserted' });
    expect(told).toEqual([{ v: 1, ...REF, itemId: 'i0', correlationId: '' }]);
    expect(await mailbox.putItems([ITEM])).toHaveLength(12);
    expect(told.map((job) => job.itemId)).toEqual(['i0', 'i0', 'i1']);
    expect(await mailbox.folders()).toEqual(['a folder']);
    expect(mail.shards()).toEqual(['MAIL_1']);
  });

  it('is silent where nothing was written, and a queue that is down fails nobody', async () => {
    const silent = world(['present']);
    await silent.mailbox.putItem(ITEM);
    expect(silent.deferred).toEqual([]);
    const down = world(['inserted'], true);
    expect(await down.mailbox.putItem(ITEM)).toMatchObject({ outcome: 'inserted' });
    await Promise.all(down.deferred);
    expect(down.told).toEqual([]);
  });
});
