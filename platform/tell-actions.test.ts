import { describe, expect, it } from 'vitest';
import type { MailStore } from '../core/ports/mail.ts';
import type { ActionsJob } from '../core/ports/queues.ts';
import { createLogger } from './log.ts';
import { tellActions } from './tell-actions.ts';

const REF = { tenantId: 't1', mailboxId: 'u1', shard: 'MAIL_1' };

function world(queueDown = false) {
  const told: ActionsJob[] = [];
  const done: string[] = [];
  const deferred: Promise<unknown>[] = [];
  const box = {
    ref: REF,
    putSetting: async (name: string) => void done.push(name),
    setConversationRule: async () => Promise.reject(new Error('no such folder')),
    folders: async () => ['a folder'],
  };
  const mail = tellActions({ mailbox: () => box, shards: () => ['MAIL_1'] } as unknown as MailStore, {
    queues: {
      actions: async (jobs) => {
        if (queueDown) throw new Error('the queue is down');
        told.push(...jobs);
      },
    },
    log: createLogger('error'),
    defer: (work) => void deferred.push(work),
  });
  return { mailbox: mail.mailbox(REF), told, done, deferred };
}

describe('the mail store that tells of actions', () => {
  it('tells of a setting once it is there, and of nothing that failed or only asked', async () => {
    const { mailbox, told, done } = world();
    await mailbox.putSetting('oof', {});
    expect(done).toEqual(['oof']);
    expect(told).toEqual([{ v: 1, ...REF, correlationId: '' }]);
    await expect(mailbox.setConversationRule('t', 'f')).rejects.toThrow('no such folder');
    expect(await mailbox.folders()).toEqual(['a folder']);
    expect(told).toHaveLength(1);
  });

  it('a queue that is down fails nobody: the cron finds what it was not told', async () => {
    const { mailbox, done, deferred } = world(true);
    await mailbox.putSetting('oof', {});
    await Promise.all(deferred);
    expect(done).toEqual(['oof']);
  });
});
