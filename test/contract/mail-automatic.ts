import { describe, expect, test } from 'vitest';
import type { AutomaticClaim, DeliveryReport } from '../../core/ports/automatic.ts';
import type { Rule } from '../../core/rules/types.ts';
import { expectRecount } from './mail-model.ts';
import { freshMailbox, freshRef, message, type Subject } from './subject.ts';

function rule(ruleId: string, over: Partial<Rule> = {}): Rule {
  return {
    ruleId,
    name: `Rule ${ruleId} – žluťoučký`,
    enabled: true,
    conditions: { containsSubjectStrings: ["it's \\ 100 %"], withinSizeRange: { minimum: 1 } },
    exceptions: { sentToMe: true },
    actions: {
      moveToFolder: 'archive',
      forwardToRecipients: [{ name: 'Bob', address: 'bob@example.com' }],
      flag: { status: 2, type: 'Flag for follow up', dueDate: 5, utcDueDate: 5 },
    },
    error: null,
    ...over,
  };
}

const report = (over: Partial<DeliveryReport> = {}): DeliveryReport => ({
  itemId: 'item-a',
  recipient: 'bob@example.com',
  kind: 'failed',
  status: '5.1.1',
  text: 'No such user',
  reportedAt: 10,
  reportId: 'r1',
  ...over,
});

const claim = (over: Partial<AutomaticClaim> = {}): AutomaticClaim => ({
  ...{ kind: 'oof', name: 'bob@example.com', itemId: 'i1', at: 1000, since: 500 },
  ceiling: { count: 3, from: 900 },
  ...over,
});

export function mailAutomaticContract(subject: Subject): void {
  describe('inbox rules', () => {
    test('are kept whole and in their order, all at once', async () => {
      const mailbox = await freshMailbox(subject);
      expect(await mailbox.rules()).toEqual({ revision: 0, rules: [] });
      const list = [rule('z'), rule('a', { enabled: false }), rule('m')];
      expect(await mailbox.putRules(list, 0)).toBe(1);
      expect(await mailbox.rules()).toEqual({ revision: 1, rules: list });
      const other = [rule('a'), rule('new', { name: 'x' })];
      expect(await mailbox.putRules(other, 1)).toBe(2);
      expect(await mailbox.rules()).toEqual({ revision: 2, rules: other });
      expect(await mailbox.putRules([], 2)).toBe(3);
      expect(await mailbox.rules()).toEqual({ revision: 3, rules: [] });
      expect((await mailbox.usage()).modseq).toBe(1);
    });

    test('a writer who has not seen the newest changes nothing', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.putRules([rule('a')], 0);
      for (const stale of [0, 2]) {
        await expect(mailbox.putRules([rule('b')], stale)).rejects.toMatchObject({ code: 'conflict' });
      }
      const both = await Promise.allSettled([
        mailbox.putRules([rule('c')], 1),
        mailbox.putRules([rule('d')], 1),
      ]);
      expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
      const { revision, rules } = await mailbox.rules();
      expect([revision, rules.length]).toEqual([2, 1]);
    });

    test('need a mailbox, and are of one alone', async () => {
      const { mail } = await subject.open();
      const absent = mail.mailbox(freshRef());
      await expect(absent.putRules([rule('a')], 0)).rejects.toMatchObject({ code: 'not-found' });
      const [one, two] = [await freshMailbox(subject), await freshMailbox(subject)];
      await one.putRules([rule('a')], 0);
      await two.putRules([rule('a', { name: 'other' })], 0);
      expect((await one.rules()).rules).toEqual([rule('a')]);
      expect(await two.setRuleError('b', null)).toBe(false);
    });

    test('an error is noted without another revision, and goes when it is cleared', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.putRules([rule('a'), rule('b')], 0);
      const error = { code: 'folder-gone', text: 'The folder "x" is gone.', at: 77 } as const;
      expect(await mailbox.setRuleError('b', error)).toBe(true);
      expect(await mailbox.rules()).toEqual({ revision: 1, rules: [rule('a'), rule('b', { error })] });
      expect(await mailbox.setRuleError('b', null)).toBe(true);
      expect((await mailbox.rules()).rules[1]?.error).toBeNull();
    });

    test('256 of them fit into one write', async () => {
      const mailbox = await freshMailbox(subject);
      const list = Array.from({ length: 256 }, (_, n) => rule(`r${n}`));
      await mailbox.putRules(list, 0);
      expect((await mailbox.rules()).rules).toEqual(list);
    });
  });

  describe('the importance of messages', () => {
    test('is changed as a change of their content, and once', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b', { importance: 'high' })]);
      expect(await mailbox.setImportance(['item-a', 'absent', 'item-b'], 'high')).toMatchObject([
        { itemId: 'item-a', outcome: 'changed', modseq: 4 },
        { itemId: 'absent', outcome: 'notFound' },
        { itemId: 'item-b', outcome: 'unchanged', modseq: 3 },
      ]);
      expect(await mailbox.messages(['item-a'])).toMatchObject([
        { importance: 'high', modseq: 4, contentModseq: 4, readModseq: 2, createdModseq: 2 },
      ]);
      expect(await mailbox.setImportance(['item-a'], 'high')).toMatchObject([
        { outcome: 'unchanged', modseq: 4 },
      ]);
      expect((await mailbox.usage()).modseq).toBe(4);
      await expectRecount(mailbox);
    });
  });

  describe('what is told of sent mail', () => {
    test('is kept for each recipient and kind, the newest', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { folderRole: 'sent' }));
      const read = report({ kind: 'read', status: '', text: '', reportedAt: 30 });
      await mailbox.noteDelivery([report(), report({ recipient: 'ann@example.com' }), read]);
      await mailbox.noteDelivery([report({ text: 'older', reportedAt: 9 }), report()]);
      expect(await mailbox.deliveryReports('item-a')).toEqual([
        report({ recipient: 'ann@example.com' }),
        report(),
        read,
      ]);
      await mailbox.noteDelivery([report({ text: 'newer', reportedAt: 11, reportId: 'r2' })]);
      expect((await mailbox.deliveryReports('item-a'))[1]).toEqual(
        report({ text: 'newer', reportedAt: 11, reportId: 'r2' }),
      );
    });

    test('is nothing without the message, and goes with it', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.noteDelivery([report()]);
      expect(await mailbox.deliveryReports('item-a')).toEqual([]);
      await mailbox.insert(message('a'));
      expect(await mailbox.deliveryReports('item-a')).toEqual([]);
      await mailbox.noteDelivery([report(), report({ itemId: 'item-b' })]);
      await mailbox.remove(['item-a'], 5);
      expect(await mailbox.deliveryReports('item-a')).toEqual([]);
      expect(await mailbox.deliveryReports('item-b')).toEqual([]);
    });

    test('finds the messages of a Message-ID', async () => {
      const mailbox = await freshMailbox(subject);
      const same = { messageIdHeader: 'same@example.com' };
      await mailbox.insertMany([message('b', same), message('a', same), message('c')]);
      expect(await mailbox.itemsWithMessageId('same@example.com', 5)).toEqual(['item-a', 'item-b']);
      expect(await mailbox.itemsWithMessageId('same@example.com', 1)).toEqual(['item-a']);
      expect(await mailbox.itemsWithMessageId('none@example.com', 5)).toEqual([]);
    });
  });

  describe('what a mailbox sends by itself', () => {
    test('I8 goes to each once, and again for the same cause', async () => {
      const mailbox = await freshMailbox(subject);
      expect(await mailbox.claimAutomatic(claim())).toBe('taken');
      expect(await mailbox.claimAutomatic(claim({ at: 1001 }))).toBe('taken');
      expect(await mailbox.claimAutomatic(claim({ itemId: 'i2' }))).toBe('before');
      expect(await mailbox.claimAutomatic(claim({ itemId: 'i2', kind: 'reply' }))).toBe('taken');
      expect(await mailbox.claimAutomatic(claim({ itemId: 'i2', since: 1001, at: 2000 }))).toBe('taken');
      expect(await mailbox.claimAutomatic(claim({ since: 1001, at: 2000 }))).toBe('before');
    });

    test('A23 stops at its ceiling, which moves on with time', async () => {
      const mailbox = await freshMailbox(subject);
      const to = (n: number, over: Partial<AutomaticClaim> = {}) =>
        mailbox.claimAutomatic(claim({ name: `p${n}`, itemId: `i${n}`, ...over }));
      expect([await to(1), await to(2), await to(3), await to(4)]).toEqual([
        'taken',
        'taken',
        'taken',
        'ceiling',
      ]);
      expect(await to(2)).toBe('taken');
      expect(await to(4, { kind: 'forward' })).toBe('taken');
      expect(await to(4, { at: 2000, ceiling: { count: 3, from: 1500 } })).toBe('taken');
    });

    test('is forgotten after thirty days', async () => {
      const mailbox = await freshMailbox(subject);
      const day = 24 * 60 * 60 * 1000;
      await mailbox.claimAutomatic(claim());
      const later = { itemId: 'i2', at: 1000 + 29 * day, since: 0, ceiling: { count: 3, from: 0 } };
      expect(await mailbox.claimAutomatic(claim(later))).toBe('before');
      expect(await mailbox.claimAutomatic(claim({ ...later, at: 1001 + 30 * day }))).toBe('taken');
    });
  });
}
