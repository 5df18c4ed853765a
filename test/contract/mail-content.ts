import { describe, expect, test } from 'vitest';
import { ConflictError, NotFoundError } from '../../core/errors.ts';
import type { ItemState } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { MAX_MEETING_BYTES, type MeetingFacts } from '../../core/scheduling/types.ts';
import type { TrustVerdict } from '../../core/trust/types.ts';
import { folderId } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { freshMailbox, message, messages, part, type Subject } from './subject.ts';

async function aspects(mailbox: MailboxStore, itemId: string) {
  const [state] = await mailbox.itemStates([itemId]);
  const { modseq, readModseq, flagModseq, categoriesModseq, contentModseq } = state ?? ({} as ItemState);
  return { modseq, readModseq, flagModseq, categoriesModseq, contentModseq };
}

const allAt = (n: number) => ({
  modseq: n,
  readModseq: n,
  flagModseq: n,
  categoriesModseq: n,
  contentModseq: n,
});

export function mailContentContract(subject: Subject): void {
  describe('aspects of an item', () => {
    test('each is numbered by its own last change', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      expect(await aspects(mailbox, 'item-a')).toEqual(allAt(2));
      await mailbox.setFlags([{ itemId: 'item-a', isRead: true, flag: null, categories: [] }]);
      const read = { ...allAt(2), modseq: 3, readModseq: 3 };
      expect(await aspects(mailbox, 'item-a')).toEqual(read);
      await mailbox.setFlags([{ itemId: 'item-a', isRead: true, flag: { status: 2 } }]);
      const flagged = { ...read, modseq: 4, flagModseq: 4 };
      expect(await aspects(mailbox, 'item-a')).toEqual(flagged);
      await mailbox.setFlags([{ itemId: 'item-a', isRead: false, flag: null, categories: ['Blue'] }]);
      expect(await aspects(mailbox, 'item-a')).toEqual({ ...allAt(5), contentModseq: 2 });
      await mailbox.setLastVerb(['item-a'], 1, 50);
      expect(await aspects(mailbox, 'item-a')).toEqual({ ...allAt(5), modseq: 6, contentModseq: 6 });
      await mailbox.move(['item-a'], await folderId(mailbox, 'archive'));
      expect(await aspects(mailbox, 'item-a')).toEqual(allAt(7));
    });

    test('the feed and the snapshot tell them, and the thread', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { threadId: 'talk' }));
      await mailbox.setFlags([{ itemId: 'item-a', isRead: true }]);
      const inbox = await folderId(mailbox, 'inbox');
      const [state] = await mailbox.itemStates(['item-a']);
      expect(state).toMatchObject({ threadId: 'talk', readModseq: 3, contentModseq: 2 });
      expect(await mailbox.snapshot(inbox, 0, null, 5)).toEqual([state]);
      expect(await mailbox.changes(inbox, { modseq: 0, itemId: '' }, 5)).toEqual([
        { kind: 'item', item: state },
      ]);
    });
  });

  describe('what a new item has from the beginning', () => {
    test('what it says of a meeting, unless that is more than is kept', async () => {
      const mailbox = await freshMailbox(subject);
      const meeting: MeetingFacts = {
        ...{ method: 'REQUEST', uid: 'u\u0000\ud800ü', sequence: 2, stamp: 1_800_000_000_000, title: 'T' },
        ...{ organizer: { name: 'Ann', address: 'ann@example.com' }, sentBy: null, attendee: null },
        ...{ startsAt: -1, endsAt: 253_402_300_799_000, start: '2026-11-21T09:00:00', zone: 'Europe/Berlin' },
        ...{ allDay: false, location: 'Room', rule: { '@type': 'RecurrenceRule', frequency: 'daily' } },
        ...{ recurrenceAt: null, busy: 'busy', sensitivity: 0, reminder: 15, responseRequested: true },
        ...{ noCounter: false, proposed: null, forwardees: [] },
      };
      await mailbox.insert(message('a', { meeting }));
      await mailbox.insert(message('b'));
      await mailbox.insert(message('c', { meeting: { ...meeting, title: 'x'.repeat(MAX_MEETING_BYTES) } }));
      const kept = await mailbox.messages(['item-a', 'item-b', 'item-c']);
      expect(kept.map((one) => one.meeting)).toEqual([meeting, null, null]);
    });

    test('flag, categories and the verdict on its origin', async () => {
      const mailbox = await freshMailbox(subject);
      const verdict: TrustVerdict = {
        ...{ source: 'checked', spf: 'pass', dkim: 'none', dmarc: 'fail', arc: 'none' },
        ...{ fromDomain: 'shop.example', policy: 'quarantine', spam: 0.5, disposition: 'junk' },
        reasons: ['dmarc=fail p=quarantine'],
      };
      const flag = { status: 2 as const, type: 'Follow up' };
      await mailbox.insert(message('a', { flag, categories: ['Red', 'Blue'], verdict, isRead: true }));
      await mailbox.insert(message('b'));
      const [a, b] = await mailbox.messages(['item-a', 'item-b']);
      expect(a).toMatchObject({ flag, categories: ['Red', 'Blue'], verdict, isRead: true });
      expect(b).toMatchObject({ flag: null, categories: [], verdict: null });
      expect(await mailbox.itemStates(['item-a'])).toMatchObject([{ flag, categories: ['Red', 'Blue'] }]);
      // The same flags again are no change.
      const [again] = await mailbox.setFlags([{ itemId: 'item-a', flag, categories: ['Red', 'Blue'] }]);
      expect(again?.outcome).toBe('unchanged');
    });
  });

  describe('inserting into a folder', () => {
    test('goes where it is told, whatever the role says, read and a draft as it is given', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.createFolder({ folderId: 'f1', parentId: null, displayName: 'Own', itemClass: 'Email' });
      const archive = await folderId(mailbox, 'archive');
      const results = await mailbox.insertMany([
        message('a', { folderRole: 'user', folderId: 'f1', isRead: true, isDraft: true }),
        message('b', { folderRole: 'sent', folderId: archive }),
        message('c', { folderRole: 'sent' }),
      ]);
      expect(results.map((r) => r.folderId)).toEqual(['f1', archive, await folderId(mailbox, 'sent')]);
      expect(await mailbox.messages(['item-a', 'item-c'])).toMatchObject([
        { folderId: 'f1', isRead: true, isDraft: true },
        { isRead: false, isDraft: false },
      ]);
      const contents = await mailbox.contentModseqs(['f1', archive]);
      expect([contents.get('f1'), contents.get(archive)]).toEqual([3, 4]);
    });

    test('one folder that is gone keeps the whole batch out', async () => {
      const mailbox = await freshMailbox(subject);
      const batch = [message('a'), message('b', { folderId: 'gone' })];
      await expect(mailbox.insertMany(batch)).rejects.toBeInstanceOf(NotFoundError);
      await expect(mailbox.insert(message('c', { folderRole: 'user' }))).rejects.toBeInstanceOf(
        NotFoundError,
      );
      expect(await mailbox.usage()).toMatchObject({ itemCount: 0, modseq: 1 });
    });
  });

  describe('replacing content', () => {
    const saved = (over: Partial<Parameters<typeof message>[1]> = {}) =>
      message('draft', {
        rawKey: 'blobs/second.eml',
        subject: 'second',
        size: 70,
        receivedAt: 5_000,
        threadId: 'thread-second',
        bcc: [{ name: '', address: 'eva@example.com' }],
        bodyTextPart: 1,
        bodyHtmlPart: null,
        parts: [part(1), part(4, { isAttachment: true, name: 'new.pdf' })],
        ...over,
      });

    test('keeps the item, its folder and its flags, and exchanges message and parts', async () => {
      const mailbox = await freshMailbox(subject);
      const drafts = await folderId(mailbox, 'drafts');
      await mailbox.insertMany([
        message('draft', { folderRole: 'drafts', isDraft: true, size: 1000 }),
        message('other', { size: 5 }),
      ]);
      await mailbox.setFlags([
        { itemId: 'item-draft', isRead: true, flag: { status: 2 }, categories: ['Blue'] },
      ]);
      const result = await mailbox.replaceContent(saved({ isDraft: true }));
      expect(result).toEqual({ itemId: 'item-draft', outcome: 'changed', folderId: drafts, modseq: 5 });
      const [now] = await mailbox.messages(['item-draft']);
      expect(now).toMatchObject({
        ...{ folderId: drafts, modseq: 5, contentModseq: 5, createdModseq: 2, readModseq: 4 },
        ...{ subject: 'second', rawKey: 'blobs/second.eml', size: 70, receivedAt: 5_000, isDraft: true },
        ...{ threadId: 'thread-second', isRead: true, flag: { status: 2 }, categories: ['Blue'] },
        bcc: [{ name: '', address: 'eva@example.com' }],
        attachments: [{ partNo: 4, name: 'new.pdf' }],
        bodies: [{ partNo: 1 }],
      });
      expect((await mailbox.parts('item-draft')).map((p) => p.partNo)).toEqual([1, 4]);
      expect(await mailbox.usage()).toMatchObject({ sizeBytes: 75, itemCount: 2, modseq: 5 });
      expect((await mailbox.contentModseqs([drafts])).get(drafts)).toBe(5);
      await expectRecount(mailbox);
    });

    test('I6 I8 the raw that was replaced stays known, and a repeat changes nothing', async () => {
      const mailbox = await freshMailbox(subject);
      const first = message('draft', { folderRole: 'drafts' });
      await mailbox.insert(first);
      const result = await mailbox.replaceContent(saved());
      expect(await mailbox.replaceContent(saved())).toEqual({ ...result, outcome: 'unchanged' });
      expect(await mailbox.knownRawKeys([first.rawKey, 'blobs/second.eml'])).toHaveLength(2);
      expect((await mailbox.insert(first)).outcome).toBe('present');
      await mailbox.replaceContent(saved({ rawKey: 'blobs/third.eml' }));
      await mailbox.remove(['item-draft'], 9);
      const raws = [first.rawKey, 'blobs/second.eml', 'blobs/third.eml'];
      expect(await mailbox.knownRawKeys(raws)).toHaveLength(3);
      // What the reconciler may find of it is no new mail.
      expect((await mailbox.insert({ ...first, itemId: 'item-again' })).outcome).toBe('duplicate');
      expect((await mailbox.usage()).itemCount).toBe(0);
    });

    test('of nothing is notFound, and the key of another message is refused', async () => {
      const mailbox = await freshMailbox(subject);
      expect(await mailbox.replaceContent(saved())).toMatchObject({ outcome: 'notFound', modseq: 0 });
      await mailbox.insertMany([message('draft'), message('other')]);
      await expect(mailbox.replaceContent(saved({ dedupeKey: 'dedupe-other' }))).rejects.toBeInstanceOf(
        ConflictError,
      );
      expect(await mailbox.messages(['item-draft'])).toMatchObject([
        { subject: 'Re: about draft', modseq: 2 },
      ]);
      expect(await mailbox.usage()).toMatchObject({ modseq: 3, sizeBytes: 2000 });
    });
  });

  describe('the last verb', () => {
    test('is kept with its time, once for the same, and 0 takes it away', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b')]);
      expect(await mailbox.setLastVerb(['item-a', 'absent', 'item-a'], 3, 50)).toMatchObject([
        { outcome: 'changed', modseq: 4 },
        { outcome: 'notFound' },
      ]);
      expect(await mailbox.messages(['item-a', 'item-b'])).toMatchObject([
        { lastVerb: 3, lastVerbAt: 50 },
        { lastVerb: 0, lastVerbAt: null },
      ]);
      expect(await mailbox.setLastVerb(['item-a', 'item-b'], 3, 50)).toMatchObject([
        { outcome: 'unchanged', modseq: 4 },
        { outcome: 'changed', modseq: 5 },
      ]);
      expect(await mailbox.setLastVerb(['item-a'], 3, 51)).toMatchObject([{ outcome: 'changed', modseq: 6 }]);
      await mailbox.setLastVerb(['item-a'], 0, 52);
      expect(await mailbox.messages(['item-a'])).toMatchObject([{ lastVerb: 0, lastVerbAt: null }]);
      const inbox = await folderId(mailbox, 'inbox');
      expect((await mailbox.contentModseqs([inbox])).get(inbox)).toBe(7);
    });
  });

  describe('a conversation', () => {
    test('is its items of all folders, newest first', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('talk', 5, { threadId: 'talk' });
      await mailbox.insertMany([...list, message('else')]);
      await mailbox.move(['item-talk-00003'], await folderId(mailbox, 'archive'));
      const items = await mailbox.threadItems('talk', 4);
      expect(items.map((i) => i.itemId)).toEqual([4, 3, 2, 1].map((n) => `item-talk-0000${n}`));
      expect(items).toEqual(await mailbox.itemStates(items.map((i) => i.itemId)));
      const inbox = await folderId(mailbox, 'inbox');
      const members = await mailbox.threadMembers(inbox, ['talk', 'none', 'thread-else', '', 'talk'], 3);
      expect(members.map((i) => i.itemId)).toEqual(['item-talk-00004', 'item-talk-00002', 'item-talk-00001']);
      expect(await mailbox.threadMembers(inbox, [], 3)).toEqual([]);
      const archive = await folderId(mailbox, 'archive');
      expect(await mailbox.threadMembers(archive, ['talk'], 9)).toMatchObject([
        { itemId: 'item-talk-00003' },
      ]);
      const heads = await mailbox.folderHeads([inbox, archive, 'none']);
      expect([...heads.keys()].sort()).toEqual([inbox, archive].sort());
      expect(heads.get(archive)).toEqual({ role: 'archive', itemClass: 'Email', contentModseq: 8 });
      expect(await mailbox.threadItems('', 4)).toEqual([]);
      expect(await mailbox.threadItems('\0\ud800', 4)).toEqual([]);
    });
  });
}
