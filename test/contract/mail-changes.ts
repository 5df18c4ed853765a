import { describe, expect, test } from 'vitest';
import { NotFoundError } from '../../core/errors.ts';
import type { FolderRole } from '../../core/mail/types.ts';
import type { FeedCursor, FeedEntry, MailboxStore } from '../../core/ports/mail.ts';
import { freshMailbox, message, messages, type Subject } from './subject.ts';

const START: FeedCursor = { modseq: 0, itemId: '' };

export async function folderId(mailbox: MailboxStore, role: FolderRole): Promise<string> {
  return (await mailbox.folderByRole(role))?.folderId ?? '';
}

/** The whole feed of a folder, read in pages. */
export async function wholeFeed(mailbox: MailboxStore, folder: string, page: number, from = START) {
  const feed: FeedEntry[] = [];
  let cursor = from;
  for (;;) {
    const entries = await mailbox.changes(folder, cursor, page);
    feed.push(...entries);
    const last = entries.at(-1);
    if (last === undefined || entries.length < page) return feed;
    const { modseq, itemId } = last.kind === 'item' ? last.item : last.tombstone;
    cursor = { modseq, itemId };
  }
}

const told = (feed: FeedEntry[]) =>
  feed.map((e) => (e.kind === 'item' ? `${e.item.itemId}@${e.item.modseq}` : `-${e.tombstone.itemId}`));

export function mailChangesContract(subject: Subject): void {
  describe('flags', () => {
    test('only items that really change get a new modseq, and it is one for all of them', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b', { isRead: true }), message('c')]);
      const results = await mailbox.setFlags([
        { itemId: 'item-a', isRead: true },
        { itemId: 'item-b', isRead: true, categories: [], flag: null },
        { itemId: 'item-c', flag: { status: 2, subject: 'call' }, categories: ['Blue', 'Žlutá'] },
        { itemId: 'absent', isRead: true },
      ]);
      expect(results.map((r) => [r.itemId, r.outcome, r.modseq])).toEqual([
        ['item-a', 'changed', 5],
        ['item-b', 'unchanged', 3],
        ['item-c', 'changed', 5],
        ['absent', 'notFound', 0],
      ]);
      const inbox = await folderId(mailbox, 'inbox');
      expect(results.slice(0, 3).every((r) => r.folderId === inbox)).toBe(true);
      expect((await mailbox.usage()).modseq).toBe(5);
      expect((await mailbox.contentModseqs([inbox])).get(inbox)).toBe(5);
      expect(await mailbox.itemStates(['item-c', 'item-a'])).toMatchObject([
        { modseq: 5, createdModseq: 4, flag: { status: 2, subject: 'call' }, categories: ['Blue', 'Žlutá'] },
        { modseq: 5, createdModseq: 2, isRead: true, flag: null },
      ]);
    });

    test('I8 repeated is unchanged and raises nothing; null clears a flag', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      const mark = [{ itemId: 'item-a', flag: { subject: 's', status: 2 as const, dueDate: 9 } }];
      const [first] = await mailbox.setFlags(mark);
      const same = [{ itemId: 'item-a', flag: { dueDate: 9, status: 2 as const, subject: 's' } }];
      expect(await mailbox.setFlags(same)).toEqual([{ ...first, outcome: 'unchanged' }]);
      expect((await mailbox.usage()).modseq).toBe(first?.modseq);
      await mailbox.setFlags([{ itemId: 'item-a', flag: null }]);
      expect(await mailbox.itemStates(['item-a'])).toMatchObject([{ flag: null, modseq: 4 }]);
      expect(await mailbox.setFlags([{ itemId: 'item-a', flag: null }, { itemId: 'item-a' }])).toMatchObject([
        { outcome: 'unchanged', modseq: 4 },
      ]);
      expect(await mailbox.setFlags([])).toEqual([]);
    });

    test('several changes of one item in a call act in their order', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      const results = await mailbox.setFlags([
        { itemId: 'item-a', isRead: true, categories: ['x'] },
        { itemId: 'item-a', isRead: false },
      ]);
      expect(results).toMatchObject([{ outcome: 'changed' }]);
      expect(await mailbox.itemStates(['item-a'])).toMatchObject([{ isRead: false, categories: ['x'] }]);
    });
  });

  describe('moving', () => {
    test('leaves a tombstone, keeps the id, and a repeat is unchanged', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b')]);
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      const moved = await mailbox.move(['item-a', 'absent', 'item-a'], archive);
      expect(moved).toEqual([
        { itemId: 'item-a', outcome: 'changed', folderId: archive, modseq: 4 },
        { itemId: 'absent', outcome: 'notFound', folderId: '', modseq: 0 },
      ]);
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['item-b@3', '-item-a']);
      expect(told(await mailbox.changes(archive, START, 10))).toEqual(['item-a@4']);
      expect(await mailbox.itemStates(['item-a'])).toMatchObject([{ createdModseq: 4, folderId: archive }]);
      expect(await mailbox.contentModseqs([inbox, archive, 'none'])).toEqual(
        new Map([
          [inbox, 4],
          [archive, 4],
        ]),
      );
      expect(await mailbox.move(['item-a'], archive, inbox)).toMatchObject([
        { outcome: 'unchanged', modseq: 4, folderId: archive },
      ]);
      expect(await mailbox.usage()).toMatchObject({ modseq: 4, itemCount: 2 });
    });

    test('an item that left and came back is said once, at the end, as it is now', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b')]);
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      await mailbox.move(['item-a'], archive);
      await mailbox.move(['item-a'], inbox);
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['item-b@3', 'item-a@5']);
      expect(told(await mailbox.changes(archive, START, 10))).toEqual(['-item-a']);
      await mailbox.move(['item-a'], archive);
      const asked = ['item-a', 'item-b', 'none', 'item-a'];
      expect(await mailbox.tombstonesOf([inbox, archive, 'none'], asked)).toEqual([
        { folderId: inbox, itemId: 'item-a', modseq: 6 },
      ]);
      expect(await mailbox.tombstonesOf([archive], asked)).toEqual([]);
      expect(await mailbox.tombstonesOf([], [])).toEqual([]);
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['item-b@3', '-item-a']);
      expect(told(await mailbox.changes(inbox, { modseq: 5, itemId: 'z' }, 10))).toEqual(['-item-a']);
    });

    test('several have each a number of its own in their new folder, in the order asked for', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([
        message('a'),
        message('b'),
        message('c'),
        message('d', { folderRole: 'sent' }),
      ]);
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      await mailbox.move(['item-b'], archive);
      const moved = await mailbox.move(['item-d', 'none', 'item-b', 'item-c', 'item-a'], archive);
      expect(moved.map(({ outcome, modseq }) => [outcome, modseq])).toEqual([
        ...[
          ['changed', 7],
          ['notFound', 0],
          ['unchanged', 6],
          ['changed', 8],
          ['changed', 9],
        ],
      ]);
      expect(told(await mailbox.changes(archive, START, 10))).toEqual([
        ...['item-b@6', 'item-d@7', 'item-c@8', 'item-a@9'],
      ]);
      expect(await mailbox.tombstonesOf([inbox], ['item-a', 'item-c'])).toMatchObject([
        { modseq: 7 },
        { modseq: 7 },
      ]);
      expect(await mailbox.contentModseqs([inbox, archive])).toEqual(
        new Map([
          [inbox, 7],
          [archive, 9],
        ]),
      );
      expect(await mailbox.usage()).toMatchObject({ modseq: 9, itemCount: 4 });
    });

    test('`from` leaves alone what is in another folder', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a'), message('b', { folderRole: 'sent' })]);
      const [inbox, sent, archive] = await Promise.all(
        (['inbox', 'sent', 'archive'] as const).map((role) => folderId(mailbox, role)),
      );
      expect(await mailbox.move(['item-a', 'item-b'], archive ?? '', inbox)).toMatchObject([
        { outcome: 'changed' },
        { outcome: 'notFound' },
      ]);
      expect(await mailbox.itemStates(['item-b'])).toMatchObject([{ folderId: sent }]);
      expect(await mailbox.remove(['item-a', 'item-b'], 5, inbox)).toMatchObject([
        { outcome: 'notFound' },
        { outcome: 'notFound' },
      ]);
      expect((await mailbox.usage()).itemCount).toBe(2);
    });

    test('into a folder that is not there changes nothing', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      await expect(mailbox.move(['item-a'], 'nowhere')).rejects.toBeInstanceOf(NotFoundError);
      const inbox = await folderId(mailbox, 'inbox');
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['item-a@2']);
      expect((await mailbox.usage()).modseq).toBe(2);
    });
  });

  describe('removing', () => {
    test('I15 takes the item out of the counters, its parts with it, and a repeat finds nothing', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany([message('a', { size: 300 }), message('b', { size: 500 })]);
      const inbox = await folderId(mailbox, 'inbox');
      expect(await mailbox.remove(['item-a', 'absent'], 77)).toEqual([
        { itemId: 'item-a', outcome: 'changed', folderId: inbox, modseq: 4 },
        { itemId: 'absent', outcome: 'notFound', folderId: '', modseq: 0 },
      ]);
      expect(await mailbox.usage()).toEqual({ exists: true, sizeBytes: 500, itemCount: 1, modseq: 4 });
      expect(await mailbox.messages(['item-a'])).toEqual([]);
      expect(await mailbox.parts('item-a')).toEqual([]);
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['item-b@3', '-item-a']);
      expect((await mailbox.contentModseqs([inbox])).get(inbox)).toBe(4);
      expect(await mailbox.remove(['item-a'], 78)).toMatchObject([{ outcome: 'notFound' }]);
      expect((await mailbox.usage()).modseq).toBe(4);
    });

    test('an item removed after a move has a tombstone in both folders', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a'));
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      await mailbox.move(['item-a'], archive);
      await mailbox.remove(['item-a'], 5);
      expect(told(await mailbox.changes(inbox, START, 10))).toEqual(['-item-a']);
      expect(told(await mailbox.changes(archive, START, 10))).toEqual(['-item-a']);
      expect(await mailbox.knownRawKeys(['blobs/a.eml'])).toEqual(new Set(['blobs/a.eml']));
    });
  });

  describe('reading a folder', () => {
    test('pages of the feed join up even where many share one modseq', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('many', 23);
      await mailbox.insertMany(list);
      const inbox = await folderId(mailbox, 'inbox');
      const archive = await folderId(mailbox, 'archive');
      await mailbox.setFlags(list.slice(0, 15).map((m) => ({ itemId: m.itemId, isRead: true })));
      await mailbox.move(
        list.slice(5, 20).map((m) => m.itemId),
        archive,
      );
      const whole = await mailbox.changes(inbox, START, 1000);
      expect(whole).toHaveLength(23);
      for (const page of [1, 2, 4, 7]) expect(await wholeFeed(mailbox, inbox, page)).toEqual(whole);
      expect(await mailbox.changes(inbox, { modseq: 26, itemId: '\u{10ffff}' }, 10)).toEqual([]);
    });

    test('the snapshot is newest first, bounded by time, and its pages join up where times are equal', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('snap', 20).map((m, i) => ({ ...m, receivedAt: 1_000 + Math.floor(i / 4) }));
      await mailbox.insertMany(list);
      const inbox = await folderId(mailbox, 'inbox');
      const expected = list.map((m) => m.itemId).toReversed();
      const whole = await mailbox.snapshot(inbox, 0, null, 100);
      expect(whole.map((i) => i.itemId)).toEqual(expected);
      expect(await mailbox.snapshot(inbox, 1_003, null, 100)).toEqual(whole.slice(0, 8));
      for (const page of [1, 3, 8]) {
        const seen: typeof whole = [];
        for (;;) {
          const last = seen.at(-1);
          const before = last === undefined ? null : { receivedAt: last.receivedAt, itemId: last.itemId };
          const items = await mailbox.snapshot(inbox, 1_001, before, page);
          seen.push(...items);
          expect(await mailbox.countSnapshot(inbox, 1_001, before)).toBe(16 - seen.length + items.length);
          if (items.length < page) break;
        }
        expect(seen).toEqual(whole.slice(0, 16));
      }
      expect(await mailbox.countSnapshot('nowhere', 0, null)).toBe(0);
    });

    test('pages by offset are parts of the list in its order, either way round', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('page', 12).map((m, i) => ({ ...m, receivedAt: 5_000 - Math.floor(i / 3) }));
      await mailbox.insertMany(list);
      const inbox = await folderId(mailbox, 'inbox');
      const ids = async (by: 'received' | 'entered', descending: boolean, offset: number, limit: number) =>
        (await mailbox.pageItems(inbox, { by, descending }, offset, limit)).map((item) => item.itemId);
      const entered = list.map((m) => m.itemId);
      expect(await ids('entered', false, 0, 100)).toEqual(entered);
      expect(await ids('entered', true, 3, 4)).toEqual(entered.toReversed().slice(3, 7));
      const received = await ids('received', false, 0, 100);
      expect(received.slice(0, 3)).toEqual(entered.slice(9));
      expect(await ids('received', true, 10, 100)).toEqual(received.toReversed().slice(10));
      expect(await ids('received', true, 12, 5)).toEqual([]);
    });
  });
}
