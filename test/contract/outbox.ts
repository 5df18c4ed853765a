import { describe, expect, test } from 'vitest';
import type { OutboxEntry, OutboxProgress, OutboxRecipient, SendGuard } from '../../core/ports/outbox.ts';
import { freshRef, type Subject, unique } from './subject.ts';

const recipient = (over: Partial<OutboxRecipient> = {}): OutboxRecipient => ({
  address: 'bob@example.com',
  bcc: false,
  state: 'queued',
  mailbox: null,
  failure: null,
  attempts: 0,
  firstAttemptAt: null,
  nextAttemptAt: null,
  carrier: null,
  remoteId: null,
  told: { delayed: false, failed: false },
  ...over,
});

function entry(over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    submissionId: unique('submission'),
    ref: freshRef(),
    rawKey: 'outgoing/t/s.eml',
    rawSize: 7,
    mailFrom: 'ann@example.com',
    fromDomain: 'example.com',
    messageId: 'one@example.com',
    automatic: false,
    saveInSentItems: true,
    state: 'open',
    recipients: [recipient({ mailbox: freshRef() }), recipient({ address: 'čeněk@example.com', bcc: true })],
    notBefore: 5,
    begun: false,
    copied: false,
    nextAttemptAt: 5,
    claim: '',
    signature: '',
    reports: [],
    correlationId: 'c',
    createdAt: 5,
    updatedAt: 5,
    revision: 0,
    ...over,
  };
}

const HOUR = 3_600_000;
const guard = (over: Partial<SendGuard> = {}): SendGuard => ({
  ...{ whose: 'user', what: 'messages', sinceHour: 100, max: 1 },
  ...over,
});

export function outboxContract(subject: Subject): void {
  describe('outbox', () => {
    test('an entry is added once, and is found by its sender and its id alone (I16)', async () => {
      const { outbox } = await subject.open();
      const one = entry();
      expect(await outbox.getEntry(one.ref, one.submissionId)).toBeNull();
      expect(await outbox.addEntry(one)).toBe('added');
      expect(await outbox.addEntry({ ...one, mailFrom: 'other@example.com' })).toBe('present');
      expect(await outbox.getEntry(one.ref, one.submissionId)).toEqual(one);
      expect(await outbox.getEntry({ ...one.ref, mailboxId: 'x' }, one.submissionId)).toBeNull();
      expect(await outbox.getEntry({ ...one.ref, tenantId: 'x' }, one.submissionId)).toBeNull();
      const asked = { ref: one.ref, submissionId: one.submissionId };
      const others = [
        { ...asked, submissionId: 'none' },
        { ...asked, ref: { ...one.ref, tenantId: 'x' } },
      ];
      expect(await outbox.getEntries([...others, asked])).toEqual([one]);
      expect(await outbox.getEntries([])).toEqual([]);
    });

    test('of many who add the same entry at the same time one succeeds', async () => {
      const one = entry();
      const added = await Promise.all(
        Array.from({ length: 5 }, async () =>
          (await subject.open()).outbox.addEntry(one, [guard({ max: 9 })]),
        ),
      );
      expect(added.filter((a) => a === 'added')).toHaveLength(1);
    });

    test('an update counts only when nobody was quicker', async () => {
      const { outbox } = await subject.open();
      const one = entry();
      await outbox.addEntry(one);
      const failed = recipient({
        state: 'failed',
        attempts: 3,
        firstAttemptAt: 7,
        nextAttemptAt: 9,
        carrier: 'smtp-relay',
        remoteId: 'queued as 1',
        failure: { status: '5.1.1', text: 'no\0such', by: 'dns; mx.example' },
        told: { delayed: true, failed: false },
      });
      const change: OutboxProgress = {
        state: 'done',
        recipients: [failed],
        notBefore: 6,
        begun: true,
        copied: true,
        nextAttemptAt: 1e13,
        claim: 'me',
        signature: 'DKIM-Signature: a\r\n\tb\r\n',
        reports: [{ key: 'failed-0', kind: 'failed', at: 8, addresses: ['bob@example.com'] }],
        updatedAt: 9,
      };
      expect(await outbox.updateEntry({ ...one, revision: 1 }, change)).toBe(false);
      expect(await outbox.updateEntry(one, change)).toBe(true);
      expect(await outbox.updateEntry(one, change)).toBe(false);
      expect(await outbox.getEntry(one.ref, one.submissionId)).toEqual({
        ...one,
        ...change,
        recipients: [{ ...failed, failure: { status: '5.1.1', text: 'nosuch', by: 'dns; mx.example' } }],
        revision: 1,
      });
      const strange = { ...one, ref: { ...one.ref, mailboxId: 'x' }, revision: 1 };
      expect(await outbox.updateEntry(strange, change)).toBe(false);
    });

    test('what is due is listed, what waits longest first, by its tenant', async () => {
      const { outbox } = await subject.open();
      const ref = freshRef();
      const [late, early, future] = [8, 6, 20].map((nextAttemptAt) => entry({ ref, nextAttemptAt }));
      const done = entry({ ref, state: 'done', nextAttemptAt: 6 });
      const stranger = entry({ nextAttemptAt: 6 });
      for (const one of [late, early, future, done, stranger]) if (one) await outbox.addEntry(one);
      expect(await outbox.dueEntries(ref.tenantId, 8, 9)).toEqual([early, late]);
      expect(await outbox.dueEntries(ref.tenantId, 7, 9)).toEqual([early]);
      expect(await outbox.dueEntries(ref.tenantId, 10, 1)).toEqual([early]);
      expect(await outbox.dueEntries(stranger.ref.tenantId, 100, 9)).toEqual([stranger]);
      expect(await outbox.countOpen([ref.tenantId], 8)).toEqual({ due: 2, scheduled: 1 });
      const both = [ref.tenantId, stranger.ref.tenantId];
      expect(await outbox.countOpen(both, 6)).toEqual({ due: 2, scheduled: 2 });
      expect(await outbox.countOpen([], 6)).toEqual({ due: 0, scheduled: 0 });
    });

    test('all entries are listed newest first, page by page, of a tenant or of one mailbox', async () => {
      const { outbox } = await subject.open();
      const ref = freshRef();
      const other = { ...ref, mailboxId: unique('mailbox') };
      const times = [1, 3, 3, 2];
      const list = times.map((createdAt, n) =>
        entry({
          ref: n === 3 ? other : ref,
          createdAt,
          submissionId: `s${n}`,
          state: n === 0 ? 'done' : 'open',
        }),
      );
      for (const one of [...list, entry()]) await outbox.addEntry(one);
      const ids = async (...given: Parameters<typeof outbox.listEntries>) =>
        (await outbox.listEntries(...given)).map((e) => e.submissionId);
      const { tenantId } = ref;
      expect(await ids({ tenantId }, null, 9)).toEqual(['s2', 's1', 's3', 's0']);
      expect(await ids({ tenantId }, { createdAt: 3, submissionId: 's2' }, 2)).toEqual(['s1', 's3']);
      expect(await ids({ tenantId, mailboxId: ref.mailboxId }, null, 9)).toEqual(['s2', 's1', 's0']);
      expect(await ids({ tenantId, state: 'open' }, null, 9)).toEqual(['s2', 's1', 's3']);
    });

    test('finished entries are forgotten, and their raws named', async () => {
      const { outbox } = await subject.open();
      const ref = freshRef();
      const done = [6, 7, 8].map((updatedAt) =>
        entry({ ref, state: 'done', updatedAt, rawKey: `outgoing/${updatedAt}` }),
      );
      const open = entry({ ref, updatedAt: 1 });
      for (const one of [...done, open]) await outbox.addEntry(one);
      expect(await outbox.forgetEntries(ref.tenantId, 6, 9)).toEqual([]);
      expect(await outbox.forgetEntries(ref.tenantId, 8, 1)).toEqual(['outgoing/6']);
      expect(await outbox.forgetEntries(ref.tenantId, 8, 9)).toEqual(['outgoing/7']);
      expect(await outbox.listEntries({ tenantId: ref.tenantId }, null, 9)).toHaveLength(2);
    });
  });

  describe('what is sent', () => {
    test('is counted once for each entry, by the hour, people and automata apart (A26)', async () => {
      const { outbox } = await subject.open();
      const ref = freshRef();
      const other = { ...ref, mailboxId: unique('mailbox') };
      const at = (hour: number, over: Partial<OutboxEntry> = {}) =>
        entry({ ref, createdAt: hour * HOUR + 5, ...over });
      const again = at(100);
      for (const one of [again, again, at(100), at(99), at(77), at(76), at(100, { ref: other })]) {
        await outbox.addEntry(one);
      }
      await outbox.addEntry(at(100, { automatic: true, recipients: [recipient()] }));
      await outbox.addEntry(at(50, { recipients: Array.from({ length: 7 }, () => recipient()) }));
      expect(await outbox.sendUsage(ref, 100, false)).toEqual({
        hour: { messages: 2, recipients: 4 },
        day: { messages: 4, recipients: 8 },
        tenantHour: { messages: 3, recipients: 6 },
        tenantDay: { messages: 5, recipients: 10 },
        usualRecipients: 7,
      });
      const before = await outbox.beforeSending(ref, 'none', 100, false);
      expect(before).toEqual({ entry: null, usage: await outbox.sendUsage(ref, 100, false), lock: null });
      expect(await outbox.sendUsage(ref, 100, true)).toMatchObject({
        hour: { messages: 1, recipients: 1 },
        usualRecipients: 0,
      });
      const days = [
        { day: 3, messages: 2, recipients: 4 },
        { day: 4, messages: 5, recipients: 9 },
      ];
      expect(await outbox.sentByDay([ref.tenantId, unique('tenant')], 3)).toEqual(days);
      expect(await outbox.sentByDay([ref.tenantId, ref.tenantId], 5)).toEqual([]);
      expect(await outbox.sentByDay([], 0)).toEqual([]);
      await outbox.forgetSendUsage(ref.tenantId, 100);
      expect((await outbox.sendUsage(ref, 100, false)).day).toEqual({ messages: 2, recipients: 4 });
    });

    test('is limited: who is the last of many at the same moment is one (A26)', async () => {
      const { outbox, directory } = await subject.open();
      const ref = freshRef();
      await directory.createTenant({
        tenantId: ref.tenantId,
        name: 'T',
        status: 'active',
        mailShard: 'MAIL_1',
      });
      const at = (over: Partial<OutboxEntry> = {}) => entry({ ref, createdAt: 100 * HOUR, ...over });
      const results = await Promise.all(
        Array.from({ length: 6 }, async () =>
          (await subject.open()).outbox.addEntry(at(), [guard({ max: 3 })]),
        ),
      );
      expect(results.filter((r) => r === 'added')).toHaveLength(3);
      expect(results.filter((r) => r === 'limited')).toHaveLength(3);
      expect((await outbox.sendUsage(ref, 100, false)).hour.messages).toBe(3);
      const recipients = guard({ what: 'recipients', max: 7 });
      expect(await outbox.addEntry(at(), [recipients])).toBe('limited');
      expect(await outbox.addEntry(at({ recipients: [recipient()] }), [recipients])).toBe('added');
      // Others of the tenant have a limit of their own, and one together.
      const other = { ...ref, mailboxId: unique('mailbox') };
      expect(await outbox.addEntry(at({ ref: other }), [guard({ whose: 'tenant', max: 4 })])).toBe('limited');
      expect(await outbox.addEntry(at({ ref: other }), [guard()])).toBe('added');
      // What was sent before the time that counts does not.
      expect(await outbox.addEntry(at({ createdAt: 101 * HOUR }), [guard({ sinceHour: 101 })])).toBe('added');
      expect(await outbox.addEntry(at({ automatic: true }), [guard()])).toBe('added');
    });

    test('may be forbidden to a mailbox', async () => {
      const { outbox } = await subject.open();
      const { tenantId, mailboxId } = freshRef();
      expect(await outbox.getSendLock(tenantId, mailboxId)).toBeNull();
      const lock = { lockedAt: 5, reason: 'r\0', exemptUntil: 0 };
      await outbox.putSendLock(tenantId, mailboxId, lock);
      expect(await outbox.getSendLock(tenantId, mailboxId)).toEqual({ ...lock, reason: 'r' });
      await outbox.putSendLock(tenantId, mailboxId, { lockedAt: null, reason: '', exemptUntil: 9 });
      expect(await outbox.getSendLock(tenantId, mailboxId)).toEqual({
        lockedAt: null,
        reason: '',
        exemptUntil: 9,
      });
      expect(await outbox.getSendLock('x', mailboxId)).toBeNull();
    });

    test('may be sent in the name of another who has granted that (I24)', async () => {
      const { directory } = await subject.open();
      const tenantId = unique('tenant');
      const grant = { tenantId, ownerId: 'o', granteeId: 'g', kind: 'as' } as const;
      await directory.putSendGrant(grant);
      await directory.putSendGrant({ ...grant, granteeId: 'a', kind: 'behalf' });
      expect(await directory.sendGrant(tenantId, 'o', 'g')).toBe('as');
      expect(await directory.sendGrant(tenantId, 'g', 'o')).toBeNull();
      expect(await directory.sendGrant('x', 'o', 'g')).toBeNull();
      await directory.putSendGrant({ ...grant, kind: 'behalf' });
      expect(await directory.sendGrantsOf(tenantId, 'o')).toEqual([
        { ...grant, granteeId: 'a', kind: 'behalf' },
        { ...grant, kind: 'behalf' },
      ]);
      await directory.removeSendGrant(tenantId, 'o', 'g');
      expect(await directory.sendGrant(tenantId, 'o', 'g')).toBeNull();
    });
  });
}
