import { describe, expect, test } from 'vitest';
import type { OutboxEntry, OutboxRecipient } from '../../core/ports/outbox.ts';
import { freshRef, type Subject, unique } from './subject.ts';

const recipient = (over: Partial<OutboxRecipient> = {}): OutboxRecipient => ({
  address: 'bob@example.com',
  bcc: false,
  state: 'queued',
  mailbox: null,
  failure: null,
  ...over,
});

function entry(over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    submissionId: unique('submission'),
    ref: freshRef(),
    rawKey: 'outgoing/t/s.eml',
    rawSize: 7,
    mailFrom: 'ann@example.com',
    saveInSentItems: true,
    state: 'open',
    recipients: [recipient({ mailbox: freshRef() }), recipient({ address: 'čeněk@example.com', bcc: true })],
    correlationId: 'c',
    createdAt: 5,
    updatedAt: 5,
    revision: 0,
    ...over,
  };
}

export function outboxContract(subject: Subject): void {
  describe('outbox', () => {
    test('an entry is added once, and is found by its sender and its id alone (I16)', async () => {
      const { outbox } = await subject.open();
      const one = entry();
      expect(await outbox.getEntry(one.ref, one.submissionId)).toBeNull();
      expect(await outbox.addEntry(one)).toBe(true);
      expect(await outbox.addEntry({ ...one, mailFrom: 'other@example.com' })).toBe(false);
      expect(await outbox.getEntry(one.ref, one.submissionId)).toEqual(one);
      expect(await outbox.getEntry({ ...one.ref, mailboxId: 'x' }, one.submissionId)).toBeNull();
      expect(await outbox.getEntry({ ...one.ref, tenantId: 'x' }, one.submissionId)).toBeNull();
    });

    test('of many who add the same entry at the same time one succeeds', async () => {
      const one = entry();
      const added = await Promise.all(
        Array.from({ length: 5 }, async () => (await subject.open()).outbox.addEntry(one)),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
    });

    test('an update counts only when nobody was quicker', async () => {
      const { outbox } = await subject.open();
      const one = entry();
      await outbox.addEntry(one);
      const failed = recipient({ state: 'failed', failure: { status: '5.1.1', text: 'no\0such' } });
      const change = { state: 'done' as const, recipients: [failed], updatedAt: 9 };
      expect(await outbox.updateEntry(one.ref, one.submissionId, 1, change)).toBe(false);
      expect(await outbox.updateEntry(one.ref, one.submissionId, 0, change)).toBe(true);
      expect(await outbox.updateEntry(one.ref, one.submissionId, 0, change)).toBe(false);
      expect(await outbox.getEntry(one.ref, one.submissionId)).toEqual({
        ...one,
        ...change,
        recipients: [{ ...failed, failure: { status: '5.1.1', text: 'nosuch' } }],
        revision: 1,
      });
      expect(await outbox.updateEntry({ ...one.ref, mailboxId: 'x' }, one.submissionId, 1, change)).toBe(
        false,
      );
    });

    test('open entries are listed oldest first, finished ones are forgotten, each by its tenant', async () => {
      const { outbox } = await subject.open();
      const ref = freshRef();
      const [late, early, young] = [8, 6, 20].map((updatedAt) => entry({ ref, updatedAt }));
      const done = entry({ ref, state: 'done', updatedAt: 6 });
      const stranger = entry({ updatedAt: 6 });
      for (const one of [late, early, young, done, stranger]) if (one) await outbox.addEntry(one);
      expect(await outbox.openEntries(ref.tenantId, 10, 9)).toEqual([early, late]);
      expect(await outbox.openEntries(ref.tenantId, 10, 1)).toEqual([early]);
      expect(await outbox.forgetEntries(ref.tenantId, 6)).toBe(0);
      expect(await outbox.forgetEntries(ref.tenantId, 7)).toBe(1);
      expect(await outbox.getEntry(ref, done.submissionId)).toBeNull();
      expect(await outbox.openEntries(ref.tenantId, 100, 9)).toHaveLength(3);
      expect(await outbox.openEntries(stranger.ref.tenantId, 100, 9)).toEqual([stranger]);
    });
  });
}
