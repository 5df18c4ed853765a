import { describe, expect, test } from 'vitest';
import { NotFoundError } from '../../core/errors.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { freshMailbox, freshRef, message, type Subject } from './subject.ts';

const START = { modseq: 0, itemId: '' };

async function everybody(mailbox: MailboxStore) {
  const cache = await folderId(mailbox, 'recipientCache');
  const states = await mailbox.snapshot(cache, 0, null, 1000);
  return mailbox.correspondents(states.map((s) => s.itemId));
}

export function mailPeopleContract(subject: Subject): void {
  describe('whom the user wrote to', () => {
    test('becomes an item once, and is counted each time', async () => {
      const mailbox = await freshMailbox(subject);
      const cache = await folderId(mailbox, 'recipientCache');
      await mailbox.noteCorrespondents(
        [
          { address: 'ann@example.com', name: 'Ann' },
          { address: 'bob@example.com', name: '' },
          { address: 'ann@example.com', name: '' },
          { address: '', name: 'Nobody' },
        ],
        100,
      );
      const first = await mailbox.snapshot(cache, 0, null, 10);
      expect(first).toHaveLength(2);
      for (const state of first) {
        expect(state).toMatchObject({
          modseq: 2,
          createdModseq: 2,
          contentModseq: 2,
          size: 0,
          receivedAt: 100,
        });
        expect(state).toMatchObject({ isRead: true, threadId: '' });
      }
      await mailbox.noteCorrespondents(
        [
          { address: 'bob@example.com', name: 'Bob' },
          { address: 'eva@example.com', name: 'Eva' },
        ],
        200,
      );
      await mailbox.noteCorrespondents([{ address: 'bob@example.com', name: '' }], 150);
      const people = (await everybody(mailbox)).sort((a, b) => (a.address < b.address ? -1 : 1));
      expect(people.map(({ itemId: _, ...person }) => person)).toEqual([
        { address: 'ann@example.com', name: 'Ann', uses: 1, lastUsedAt: 100 },
        { address: 'bob@example.com', name: 'Bob', uses: 3, lastUsedAt: 200 },
        { address: 'eva@example.com', name: 'Eva', uses: 1, lastUsedAt: 200 },
      ]);
      const bob = people[1]?.itemId ?? '';
      expect(first.map((s) => s.itemId)).toContain(bob);
      expect(await mailbox.itemStates([bob])).toMatchObject([
        { modseq: 4, contentModseq: 4, createdModseq: 2, readModseq: 2, receivedAt: 200 },
      ]);
      expect((await mailbox.contentModseqs([cache])).get(cache)).toBe(4);
      expect(await mailbox.correspondents([bob, 'absent', bob])).toEqual([people[1]]);
    });

    test('I15 is no mail: it has no message, no raw, and is not counted with them', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insert(message('a', { size: 10 }));
      await mailbox.noteCorrespondents([{ address: 'ann@example.com', name: 'Ann' }], 100);
      const [ann] = await everybody(mailbox);
      const itemId = ann?.itemId ?? '';
      expect(await mailbox.messages([itemId])).toEqual([]);
      expect(await mailbox.parts(itemId)).toEqual([]);
      expect(await mailbox.rawKeys('', 10)).toHaveLength(1);
      expect(await mailbox.correspondents(['item-a'])).toEqual([]);
      expect(await mailbox.usage()).toMatchObject({ sizeBytes: 10, itemCount: 1, modseq: 3 });
      await expectRecount(mailbox);
      expect(await mailbox.remove([itemId, 'item-a'], 9)).toMatchObject([
        { outcome: 'changed' },
        { outcome: 'changed' },
      ]);
      expect(await mailbox.usage()).toMatchObject({ sizeBytes: 0, itemCount: 0 });
      expect(await mailbox.correspondents([itemId])).toEqual([]);
      const cache = await folderId(mailbox, 'recipientCache');
      expect(await mailbox.changes(cache, START, 5)).toMatchObject([{ kind: 'gone', tombstone: { itemId } }]);
      // Forgotten, and met again as somebody new.
      await mailbox.noteCorrespondents([{ address: 'ann@example.com', name: 'Ann' }], 200);
      const [again] = await everybody(mailbox);
      expect(again).toMatchObject({ uses: 1, lastUsedAt: 200 });
      expect(again?.itemId).not.toBe(itemId);
    });

    test('no more than 500 are kept: who was not written to for longest goes, with a tombstone', async () => {
      const mailbox = await freshMailbox(subject);
      const crowd = (from: number, count: number) =>
        Array.from({ length: count }, (_, i) => ({ address: `p${from + i}@example.com`, name: '' }));
      await mailbox.noteCorrespondents(crowd(0, 300), 100);
      await mailbox.noteCorrespondents(crowd(300, 190), 200);
      await mailbox.noteCorrespondents(crowd(0, 100), 300);
      await mailbox.noteCorrespondents(crowd(1000, 20), 400);
      const people = await everybody(mailbox);
      expect(people).toHaveLength(500);
      const kept = (from: number, to: number) =>
        people.filter((p) => Number(/\d+/.exec(p.address)) >= from && Number(/\d+/.exec(p.address)) < to)
          .length;
      expect([kept(0, 100), kept(100, 300), kept(300, 490), kept(1000, 1020)]).toEqual([100, 190, 190, 20]);
      const cache = await folderId(mailbox, 'recipientCache');
      const feed = await mailbox.changes(cache, START, 1000);
      expect(feed.filter((e) => e.kind === 'gone')).toHaveLength(10);
      await mailbox.noteCorrespondents(crowd(2000, 700), 500);
      expect(await everybody(mailbox)).toHaveLength(500);
      await expectRecount(mailbox);
    });

    test('makes its folder where it is missing, and needs a mailbox', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.deleteFolder(await folderId(mailbox, 'recipientCache'), 5);
      await mailbox.noteCorrespondents([{ address: 'ann@example.com', name: '' }], 100);
      expect(await everybody(mailbox)).toHaveLength(1);
      expect(await mailbox.folderByRole('recipientCache')).toMatchObject({
        ...{ displayName: 'RecipientInfo', itemClass: 'Contacts', parentId: null },
        ...{ modseq: 3, createdModseq: 3, contentModseq: 3 },
      });
      expect((await mailbox.usage()).modseq).toBe(3);
      const nowhere = (await subject.open()).mail.mailbox(freshRef());
      await expect(
        nowhere.noteCorrespondents([{ address: 'a@b.example', name: '' }], 1),
      ).rejects.toBeInstanceOf(NotFoundError);
      await nowhere.noteCorrespondents([], 1);
    });

    test('two writers at the same time count every use', async () => {
      const ref = freshRef();
      const boxes = await Promise.all([1, 2, 3].map(async () => (await subject.open()).mail.mailbox(ref)));
      await boxes[0]?.create(1);
      await Promise.all(
        boxes.map((box, i) => box.noteCorrespondents([{ address: 'ann@example.com', name: 'Ann' }], 100 + i)),
      );
      const people = boxes[0] === undefined ? [] : await everybody(boxes[0]);
      expect(people).toMatchObject([{ uses: 3, lastUsedAt: 102 }]);
    });
  });

  describe('rules of conversations', () => {
    test('name a folder that is there, for one conversation each', async () => {
      const mailbox = await freshMailbox(subject);
      const [archive, sent] = [await folderId(mailbox, 'archive'), await folderId(mailbox, 'sent')];
      await mailbox.setConversationRule('t1', archive);
      await mailbox.setConversationRule('t2', archive);
      await mailbox.setConversationRule('t1', sent);
      expect(await mailbox.conversationRules(['t1', 't2', 't3', '\0'])).toEqual(
        new Map([
          ['t1', sent],
          ['t2', archive],
        ]),
      );
      await expect(mailbox.setConversationRule('t2', 'nowhere')).rejects.toBeInstanceOf(NotFoundError);
      await mailbox.setConversationRule('t1', null);
      await mailbox.setConversationRule('t3', null);
      expect(await mailbox.conversationRules(['t1', 't2', 't3'])).toEqual(new Map([['t2', archive]]));
      expect(await mailbox.conversationRules([])).toEqual(new Map());
    });
  });

  describe('settings', () => {
    test('hold any JSON value by name, each mailbox its own', async () => {
      const [one, other] = [await freshMailbox(subject), await freshMailbox(subject)];
      expect(await one.getSetting('oof')).toBeNull();
      const value = { state: 'on', text: 'Žádná \0 \ud800"', list: [1, null, false] };
      await one.putSetting('oof', value);
      expect(await one.getSetting('oof')).toEqual(value);
      expect(await other.getSetting('oof')).toBeNull();
      for (const next of [0, '', false, [1], { a: 1 }]) {
        await one.putSetting('oof', next);
        expect(await one.getSetting('oof')).toEqual(next);
      }
      await one.putSetting('oof', null);
      expect(await one.getSetting('oof')).toBeNull();
      const nowhere = (await subject.open()).mail.mailbox(freshRef());
      await expect(nowhere.putSetting('oof', 1)).rejects.toBeInstanceOf(NotFoundError);
      expect(await nowhere.getSetting('oof')).toBeNull();
    });
  });
}
