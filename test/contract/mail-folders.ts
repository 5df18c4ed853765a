import { describe, expect, test } from 'vitest';
import { ConflictError, InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { ItemClass } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { freshMailbox, freshRef, message, messages, type Subject } from './subject.ts';

function make(mailbox: MailboxStore, id: string, parentId: string | null, displayName = id) {
  return mailbox.createFolder({ folderId: id, parentId, displayName, itemClass: 'Email' });
}

export function mailFoldersContract(subject: Subject): void {
  describe('counting what lies in folders', () => {
    test('tells all items and the unread ones, of folders that were asked for', async () => {
      const mailbox = await freshMailbox(subject);
      const inbox = await folderId(mailbox, 'inbox');
      await make(mailbox, 'f1', null);
      await mailbox.insertMany(messages('count', 3));
      const [first] = await mailbox.snapshot(inbox, 0, null, 1);
      await mailbox.setFlags([{ itemId: first?.itemId ?? '', isRead: !first?.isRead }]);
      const items = await mailbox.snapshot(inbox, 0, null, 10);
      const unread = items.filter((item) => !item.isRead).length;
      const size = items.reduce((sum, item) => sum + item.size, 0);
      expect(await mailbox.folderCounts([inbox, 'f1', 'nowhere', '\0'])).toEqual(
        new Map([
          [inbox, { total: 3, unread, size }],
          ['f1', { total: 0, unread: 0, size: 0 }],
          ['nowhere', { total: 0, unread: 0, size: 0 }],
          ['\0', { total: 0, unread: 0, size: 0 }],
        ]),
      );
      expect(unread).not.toBe(0);
      expect(await mailbox.folderCounts([])).toEqual(new Map());
    });
  });

  describe('making folders', () => {
    test('puts them below their parent and raises the modseq', async () => {
      const mailbox = await freshMailbox(subject);
      const inbox = await folderId(mailbox, 'inbox');
      const itemClass: ItemClass = 'Calendar';
      const made = await mailbox.createFolder({
        folderId: 'f1',
        parentId: null,
        displayName: 'Žlutý',
        itemClass,
      });
      const folder = {
        ...{ folderId: 'f1', parentId: null, displayName: 'Žlutý', role: 'user', itemClass },
        ...{ modseq: 2, createdModseq: 2, contentModseq: 0 },
      };
      expect(made).toEqual({ folder, modseq: 2 });
      const below = await make(mailbox, 'f2', inbox, 'Projects');
      expect(below).toMatchObject({ folder: { parentId: inbox, modseq: 3, itemClass: 'Email' }, modseq: 3 });
      expect((await mailbox.folders()).slice(-2)).toEqual([folder, below.folder]);
      expect((await mailbox.usage()).modseq).toBe(3);
      expect((await mailbox.insert(message('next'))).modseq).toBe(4);
    });

    test('I8 repeated finds the folder as it is, and raises nothing', async () => {
      const mailbox = await freshMailbox(subject);
      const made = await make(mailbox, 'f1', null, 'Work');
      expect(await make(mailbox, 'f1', null, 'Work')).toEqual(made);
      await expect(make(mailbox, 'f1', null, 'Other')).rejects.toBeInstanceOf(ConflictError);
      expect((await mailbox.usage()).modseq).toBe(2);
    });

    test('refuses a name that the parent has already, in whatever case, and a parent that is not there', async () => {
      const mailbox = await freshMailbox(subject);
      await make(mailbox, 'f1', null, 'Žluť');
      // The second has its accents as marks of their own.
      for (const name of ['žLUŤ', 'Žluť'.normalize('NFD'), 'inbox']) {
        await expect(make(mailbox, 'f2', null, name)).rejects.toBeInstanceOf(ConflictError);
      }
      await make(mailbox, 'f2', 'f1', 'žluť');
      await expect(make(mailbox, 'f3', 'nowhere')).rejects.toBeInstanceOf(NotFoundError);
      for (const name of ['', ' \t', '\0']) {
        await expect(make(mailbox, 'f3', null, name)).rejects.toBeInstanceOf(InvalidInputError);
      }
      expect((await mailbox.usage()).modseq).toBe(3);
      const { mail } = await subject.open();
      await expect(make(mail.mailbox(freshRef()), 'f1', null)).rejects.toBeInstanceOf(NotFoundError);
    });

    test('of several made at the same time with one name one is made, the others are refused', async () => {
      const ref = freshRef();
      const boxes = await Promise.all([1, 2, 3, 4].map(async () => (await subject.open()).mail.mailbox(ref)));
      await boxes[0]?.create(1);
      const results = await Promise.allSettled(
        boxes.map((box, i) => make(box, `f${i}`, null, i % 2 === 0 ? 'Work' : 'WORK')),
      );
      expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
      }
      expect((await boxes[0]?.folders())?.filter((f) => f.role === 'user')).toHaveLength(1);
      expect(await boxes[0]?.usage()).toMatchObject({ modseq: 2 });
    });

    test('keeps any name as text, cut at a character', async () => {
      const mailbox = await freshMailbox(subject);
      const name = `'"; -- % \\ {} \u{1f4c1}`;
      expect((await make(mailbox, 'f1', null, `a\0${name}`)).folder.displayName).toBe(`a${name}`);
      const { folder } = await make(mailbox, 'f2', null, 'İ'.repeat(3000));
      expect(folder.displayName).toMatch(/^İ{300,600}$/);
      await expect(make(mailbox, 'f3', '\ud800\0')).rejects.toBeInstanceOf(NotFoundError);
    });

    test('is of one mailbox: ids and names of another are nothing to it (I22)', async () => {
      const [one, other] = [await freshMailbox(subject), await freshMailbox(subject)];
      await make(one, 'f1', null, 'Work');
      expect((await make(other, 'f1', null, 'Work')).modseq).toBe(2);
      await make(one, 'f2', 'f1');
      await expect(make(other, 'f3', 'f2')).rejects.toBeInstanceOf(NotFoundError);
      await expect(other.deleteFolder('f2', 5)).rejects.toBeInstanceOf(NotFoundError);
      await expect(other.updateFolder('f2', { parentId: null, displayName: 'x' })).rejects.toBeInstanceOf(
        NotFoundError,
      );
    });
  });

  describe('changing folders', () => {
    test('renames and moves, and leaves alone what already is so', async () => {
      const mailbox = await freshMailbox(subject);
      await make(mailbox, 'f1', null, 'Work');
      await make(mailbox, 'f2', null, 'Old');
      const changed = await mailbox.updateFolder('f2', { parentId: 'f1', displayName: 'New' });
      expect(changed).toMatchObject({
        folder: { folderId: 'f2', parentId: 'f1', displayName: 'New', modseq: 4, createdModseq: 3 },
        modseq: 4,
      });
      expect(await mailbox.updateFolder('f2', { parentId: 'f1', displayName: 'New' })).toEqual(changed);
      const cased = await mailbox.updateFolder('f2', { parentId: 'f1', displayName: 'NEW' });
      expect(cased).toMatchObject({ folder: { displayName: 'NEW', modseq: 5 }, modseq: 5 });
      expect(await mailbox.updateFolder('f2', { parentId: null, displayName: 'NEW' })).toMatchObject({
        folder: { parentId: null, modseq: 6 },
      });
      // The name is free again.
      await make(mailbox, 'f3', 'f1', 'New');
    });

    test('refuses a name that is taken, a parent that is not there, and to put a folder within itself', async () => {
      const mailbox = await freshMailbox(subject);
      for (const [id, parent] of [
        ['f1', null],
        ['f2', 'f1'],
        ['f3', 'f2'],
        ['f4', null],
      ] as const) {
        await make(mailbox, id, parent);
      }
      const to = (id: string, parentId: string | null, displayName = id) =>
        mailbox.updateFolder(id, { parentId, displayName });
      for (const parent of ['f1', 'f2', 'f3']) {
        await expect(to('f1', parent)).rejects.toBeInstanceOf(InvalidInputError);
      }
      await expect(to('f4', null, 'F1')).rejects.toBeInstanceOf(ConflictError);
      await expect(to('f4', 'f1', 'F2')).rejects.toBeInstanceOf(ConflictError);
      await expect(to('f4', 'nowhere')).rejects.toBeInstanceOf(NotFoundError);
      await expect(to('nothing', null)).rejects.toBeInstanceOf(NotFoundError);
      expect((await mailbox.usage()).modseq).toBe(5);
      await to('f2', 'f4');
      await to('f1', 'f3');
      expect((await mailbox.folders()).slice(-4).map((f) => [f.folderId, f.parentId])).toEqual([
        ['f1', 'f3'],
        ['f2', 'f4'],
        ['f3', 'f2'],
        ['f4', null],
      ]);
    });

    test('of two that are put into each other at the same time one stays where it was', async () => {
      const ref = freshRef();
      const [one, other] = [
        (await subject.open()).mail.mailbox(ref),
        (await subject.open()).mail.mailbox(ref),
      ];
      await one.create(1);
      for (let i = 0; i < 4; i++) {
        await make(one, `a${i}`, null);
        await make(one, `b${i}`, null);
        const results = await Promise.allSettled([
          one.updateFolder(`a${i}`, { parentId: `b${i}`, displayName: 'a' }),
          other.updateFolder(`b${i}`, { parentId: `a${i}`, displayName: 'b' }),
        ]);
        expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
      }
    });
  });

  describe('deleting folders', () => {
    test('I15 takes what is in them and below, and leaves tombstones with the raw keys', async () => {
      const mailbox = await freshMailbox(subject);
      await make(mailbox, 'f1', null);
      await make(mailbox, 'f2', 'f1');
      await make(mailbox, 'f3', null);
      await mailbox.insertMany([
        message('a', { folderId: 'f1', size: 10 }),
        message('b', { folderId: 'f2', size: 20 }),
        message('c', { size: 40 }),
      ]);
      await mailbox.move(['item-c'], 'f2');
      await mailbox.move(['item-c'], await folderId(mailbox, 'inbox'));
      await mailbox.setConversationRule('thread-a', 'f2');
      await mailbox.setConversationRule('thread-b', 'f3');
      const before = (await mailbox.usage()).modseq;
      expect(await mailbox.deleteFolder('f1', 99)).toEqual(['f1', 'f2']);
      const usage = await mailbox.usage();
      expect(usage).toMatchObject({ sizeBytes: 40, itemCount: 1 });
      expect(usage.modseq).toBeGreaterThan(before);
      expect((await mailbox.folders()).filter((f) => f.role === 'user').map((f) => f.folderId)).toEqual([
        'f3',
      ]);
      expect(await mailbox.itemStates(['item-a', 'item-b'])).toEqual([]);
      expect(await mailbox.knownRawKeys(['blobs/a.eml', 'blobs/b.eml'])).toHaveLength(2);
      // A late second delivery does not bring the mail back.
      expect((await mailbox.insert(message('a'))).outcome).toBe('present');
      await expect(mailbox.insert(message('d', { folderId: 'f1' }))).rejects.toBeInstanceOf(NotFoundError);
      expect([...(await mailbox.conversationRules(['thread-a', 'thread-b']))]).toEqual([['thread-b', 'f3']]);
      await expect(mailbox.deleteFolder('f1', 99)).rejects.toBeInstanceOf(NotFoundError);
      await make(mailbox, 'f4', null, 'f1');
      await expectRecount(mailbox);
    });

    test('goes on where it stopped, however many items there are', async () => {
      const mailbox = await freshMailbox(subject);
      await make(mailbox, 'f1', null);
      await mailbox.insertMany(messages('many', 1203, { folderId: 'f1', parts: [], to: [], cc: [] }));
      // As a deletion leaves it that was cut short.
      await mailbox.remove(['item-many-00003', 'item-many-01200'], 5);
      expect(await mailbox.deleteFolder('f1', 6)).toEqual(['f1']);
      expect(await mailbox.usage()).toMatchObject({ sizeBytes: 0, itemCount: 0 });
    });

    test('what is put into the folder meanwhile goes with it or stays elsewhere, and is never lost', async () => {
      const ref = freshRef();
      const [one, other] = [
        (await subject.open()).mail.mailbox(ref),
        (await subject.open()).mail.mailbox(ref),
      ];
      await one.create(1);
      await make(one, 'f1', null);
      await one.insertMany(messages('race', 30, { folderId: 'f1' }));
      const [deleted, ...others] = await Promise.allSettled([
        one.deleteFolder('f1', 5),
        other.insertMany(messages('late', 5, { folderId: 'f1' })),
        make(other, 'f2', 'f1'),
        other.insert(message('inbox')),
      ]);
      expect(deleted?.status).toBe('fulfilled');
      for (const result of others) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(NotFoundError);
      }
      expect((await one.folders()).filter((f) => f.role === 'user')).toEqual([]);
      expect((await one.usage()).itemCount).toBe(1);
      await expectRecount(one);
    });
  });

  describe('emptying folders', () => {
    test('removes what is in them and nothing below, and counts it', async () => {
      const mailbox = await freshMailbox(subject);
      const deleted = await folderId(mailbox, 'deleted');
      await make(mailbox, 'f1', deleted);
      await mailbox.insertMany([
        ...messages('gone', 3, { folderRole: 'deleted' }),
        message('below', { folderId: 'f1' }),
        message('inbox'),
      ]);
      expect(await mailbox.emptyFolders([deleted, 'nowhere', deleted], 7)).toBe(3);
      expect(await mailbox.countSnapshot(deleted, 0, null)).toBe(0);
      expect((await mailbox.changes(deleted, { modseq: 0, itemId: '' }, 10)).map((e) => e.kind)).toEqual([
        'gone',
        'gone',
        'gone',
      ]);
      expect(await mailbox.emptyFolders([deleted], 7)).toBe(0);
      expect(await mailbox.usage()).toMatchObject({ itemCount: 2 });
      expect(await mailbox.emptyFolders([], 7)).toBe(0);
      await expectRecount(mailbox);
    });
  });
}
