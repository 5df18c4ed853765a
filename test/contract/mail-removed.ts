import { describe, expect, test } from 'vitest';
import type { NewMessage } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { freshMailbox, message, messages, type Subject } from './subject.ts';

const back = (given: NewMessage, folderId: string) => ({ ...given, folderId });
const inbox = '2';
const deleted = '4';

function trio(name: string): [NewMessage, NewMessage, NewMessage] {
  return [message(`${name}-0`), message(`${name}-1`, { receivedAt: 1_001 }), message(`${name}-2`)];
}

async function feed(mailbox: MailboxStore, folderId: string) {
  return (await mailbox.changes(folderId, { modseq: 0, itemId: '' }, 100)).map((e) =>
    e.kind === 'item' ? `+${e.item.itemId}` : `-${e.tombstone.itemId}`,
  );
}

export function mailRemovedContract(subject: Subject): void {
  describe('messages that were removed for good', () => {
    test('are listed, the last removed first, with what was known of them', async () => {
      const mailbox = await freshMailbox(subject);
      const [a, b, c] = trio('listed');
      await mailbox.insertMany([a, b, c]);
      await mailbox.setFlags([{ itemId: b.itemId, isRead: true, categories: ['red'], flag: { status: 2 } }]);
      await mailbox.remove([a.itemId], 100);
      await mailbox.remove([b.itemId], 200);
      const list = await mailbox.removedMessages({ limit: 10 });
      expect(list.map((r) => [r.itemId, r.removedAt])).toEqual([
        [b.itemId, 200],
        [a.itemId, 100],
      ]);
      expect(list[0]).toEqual({
        ...{ itemId: b.itemId, rawKey: b.rawKey, folderId: inbox, removedAt: 200 },
        ...{ receivedAt: b.receivedAt, size: b.size, subject: b.subject, from: b.from, isDraft: false },
        ...{ isRead: true, categories: ['red'], flag: { status: 2 } },
      });
      expect(await mailbox.removedMessages({ since: 150, limit: 10 })).toHaveLength(1);
      const [first] = await mailbox.removedMessages({ limit: 1 });
      expect(first?.itemId).toBe(b.itemId);
      const rest = await mailbox.removedMessages({ before: first ?? null, limit: 10 });
      expect(rest.map((r) => r.itemId)).toEqual([a.itemId]);
      expect(await mailbox.removedMessage(a.itemId)).toMatchObject({ rawKey: a.rawKey });
      expect(await mailbox.removedMessage(c.itemId)).toBeNull();
    });

    test('are also those of a folder that was emptied or deleted, but not the people written to', async () => {
      const mailbox = await freshMailbox(subject);
      const folder = {
        folderId: 'gone-folder',
        parentId: null,
        displayName: 'G',
        itemClass: 'Email',
      } as const;
      await mailbox.createFolder(folder);
      const [a, b] = trio('emptied');
      await mailbox.insertMany([a, { ...b, folderId: folder.folderId }]);
      await mailbox.noteCorrespondents([{ address: 'x@y.example', name: '' }], 5);
      await mailbox.emptyFolders([inbox, 'RI'], 50);
      await mailbox.deleteFolder(folder.folderId, 60);
      const list = await mailbox.removedMessages({ limit: 10 });
      expect(list.map((r) => [r.itemId, r.folderId, r.removedAt])).toEqual([
        [b.itemId, folder.folderId, 60],
        [a.itemId, inbox, 50],
      ]);
    });

    test('replaced content of a draft is kept for the purge, and no message that could come back', async () => {
      const mailbox = await freshMailbox(subject);
      const draft = message('draft', { folderRole: 'drafts' });
      await mailbox.insert(draft);
      await mailbox.replaceContent({
        ...draft,
        rawKey: 'blobs/draft-2.eml',
        dedupeKey: 'd2',
        receivedAt: 2000,
      });
      expect(await mailbox.removedMessages({ limit: 10 })).toEqual([]);
      expect(await mailbox.removedMessage(draft.itemId)).toBeNull();
      expect(await mailbox.beginPurge(1999, 10)).toEqual([]);
      expect(await mailbox.beginPurge(2001, 10)).toEqual([draft.rawKey]);
    });

    test('know the folders that they came from, the last one first', async () => {
      const mailbox = await freshMailbox(subject);
      const a = message('moved');
      await mailbox.insert(a);
      await mailbox.move([a.itemId], 'archive');
      await mailbox.move([a.itemId], deleted);
      await mailbox.remove([a.itemId], 9, deleted);
      expect(await mailbox.formerFolders(a.itemId)).toEqual([deleted, 'archive', inbox]);
      expect(await mailbox.formerFolders('absent')).toEqual([]);
    });
  });

  describe('restoring', () => {
    test('brings the same item back, new to its folder, and its raw key to the message (I6, I13)', async () => {
      const mailbox = await freshMailbox(subject);
      const [a, b] = trio('restored');
      await mailbox.insertMany([a, b]);
      await mailbox.remove([a.itemId], 100);
      const before = await mailbox.usage();
      const result = await mailbox.restore(back({ ...a, isRead: true, categories: ['c'] }, inbox));
      expect(result).toEqual({ outcome: 'restored', folderId: inbox, modseq: before.modseq + 1 });
      const [state] = await mailbox.itemStates([a.itemId]);
      expect(state).toMatchObject({
        ...{ folderId: inbox, isRead: true, categories: ['c'] },
        ...{ modseq: result.modseq, createdModseq: result.modseq, contentModseq: result.modseq },
      });
      expect(await mailbox.usage()).toEqual({
        exists: true,
        sizeBytes: a.size + b.size,
        itemCount: 2,
        modseq: result.modseq,
      });
      expect(await feed(mailbox, inbox)).toEqual([`+${b.itemId}`, `+${a.itemId}`]);
      expect(await mailbox.removedMessages({ limit: 10 })).toEqual([]);
      expect(await mailbox.knownRawKeys([a.rawKey])).toEqual(new Set([a.rawKey]));
      expect((await mailbox.messages([a.itemId]))[0]?.rawKey).toBe(a.rawKey);
      // A late delivery of the same raw finds it (I8).
      expect(await mailbox.insert(a)).toMatchObject({ outcome: 'present', itemId: a.itemId });
      // Again, and removed again.
      expect(await mailbox.restore(back(a, inbox))).toMatchObject({ outcome: 'present' });
      await mailbox.remove([a.itemId], 200);
      expect(await mailbox.insert(a)).toMatchObject({ outcome: 'present' });
      expect(await mailbox.itemStates([a.itemId])).toEqual([]);
      expect(await mailbox.removedMessages({ limit: 10 })).toMatchObject([{ removedAt: 200 }]);
    });

    test('into another folder leaves the tombstone where it was', async () => {
      const mailbox = await freshMailbox(subject);
      const a = message('elsewhere');
      await mailbox.insert(a);
      await mailbox.remove([a.itemId], 100);
      expect(await mailbox.restore(back(a, 'archive'))).toMatchObject({ outcome: 'restored' });
      expect(await feed(mailbox, inbox)).toEqual([`-${a.itemId}`]);
      expect(await feed(mailbox, 'archive')).toEqual([`+${a.itemId}`]);
    });

    test('is refused without its folder, without a note, and for a message that is there under another id', async () => {
      const mailbox = await freshMailbox(subject);
      const a = message('refused');
      await mailbox.insert(a);
      await mailbox.remove([a.itemId], 100);
      await expect(mailbox.restore(back(a, 'no-folder'))).rejects.toMatchObject({ code: 'not-found' });
      const stranger = message('never-there');
      expect(await mailbox.restore(back(stranger, inbox))).toMatchObject({ outcome: 'gone' });
      expect(await mailbox.itemStates([stranger.itemId])).toEqual([]);
      const copy = message('copy', { dedupeKey: a.dedupeKey });
      await mailbox.insert(copy);
      expect(await mailbox.restore(back(a, inbox))).toMatchObject({ outcome: 'gone' });
      expect(await mailbox.knownRawKeys([a.rawKey])).toEqual(new Set([a.rawKey]));
      expect(await mailbox.restore(back({ ...a, dedupeKey: 'other' }, inbox))).toMatchObject({
        outcome: 'restored',
      });
    });

    test('happens once, however many ask for it at the same time', async () => {
      const mailbox = await freshMailbox(subject);
      const a = message('many');
      await mailbox.insert(a);
      await mailbox.remove([a.itemId], 100);
      const outcomes = await Promise.all([1, 2, 3].map(() => mailbox.restore(back(a, inbox))));
      expect(outcomes.map((o) => o.outcome).sort()).toEqual(['present', 'present', 'restored']);
      expect(await mailbox.usage()).toMatchObject({ itemCount: 1, sizeBytes: a.size });
    });
  });

  describe('purging', () => {
    test('takes the oldest removals, never a raw that a message has, and ends the way back', async () => {
      const mailbox = await freshMailbox(subject);
      const [a, b, c] = trio('purged');
      await mailbox.insertMany([a, b, c]);
      await mailbox.remove([a.itemId], 100);
      await mailbox.remove([b.itemId], 200);
      await mailbox.remove([c.itemId], 300);
      expect(await mailbox.beginPurge(100, 10)).toEqual([]);
      expect(await mailbox.beginPurge(300, 1)).toEqual([a.rawKey]);
      expect(await mailbox.restore(back(a, inbox))).toMatchObject({ outcome: 'gone' });
      expect(await mailbox.removedMessage(a.itemId)).toBeNull();
      // What was begun is gone on with.
      expect((await mailbox.beginPurge(300, 10)).sort()).toEqual([a.rawKey, b.rawKey].sort());
      await mailbox.endPurge([a.rawKey, b.rawKey, c.rawKey, 'absent']);
      expect(await mailbox.beginPurge(300, 10)).toEqual([]);
      expect((await mailbox.removedMessages({ limit: 10 })).map((r) => r.itemId)).toEqual([c.itemId]);
      // The tombstone outlives the raw (I8).
      expect(await mailbox.knownRawKeys([a.rawKey])).toEqual(new Set([a.rawKey]));
      expect(await mailbox.insert(a)).toMatchObject({ outcome: 'present' });
      expect(await mailbox.itemStates([a.itemId])).toEqual([]);
    });

    test('and restoring never take the same message', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('raced', 6);
      await mailbox.insertMany(list);
      await mailbox.remove(
        list.map((m) => m.itemId),
        100,
      );
      const [purged, ...restored] = await Promise.all([
        mailbox.beginPurge(101, 10),
        ...list.map((m) => mailbox.restore(back(m, inbox))),
      ]);
      const alive = (await mailbox.messages(list.map((m) => m.itemId))).map((m) => m.rawKey);
      expect(restored.filter((r) => r.outcome === 'restored')).toHaveLength(alive.length);
      expect([...purged, ...alive].sort()).toEqual(list.map((m) => m.rawKey).sort());
    });
  });

  describe('a mailbox', () => {
    test('gives the items of a folder from the oldest on, in pages', async () => {
      const mailbox = await freshMailbox(subject);
      const list = messages('aged', 5).map((m, n) => ({ ...m, receivedAt: 1000 + 10 * Math.floor(n / 2) }));
      await mailbox.insertMany(list);
      const first = await mailbox.oldest(inbox, 1020, null, 3);
      expect(first.map((s) => s.itemId)).toEqual(list.slice(0, 3).map((m) => m.itemId));
      const rest = await mailbox.oldest(inbox, 1020, first.at(-1) ?? null, 3);
      expect(rest.map((s) => s.itemId)).toEqual([list[3]?.itemId]);
      expect(await mailbox.oldest('archive', 9999, null, 3)).toEqual([]);
    });

    test('recounts itself (I15)', async () => {
      const mailbox = await freshMailbox(subject);
      await mailbox.insertMany(messages('counted', 4));
      await mailbox.noteCorrespondents([{ address: 'x@y.example', name: '' }], 5);
      const { before, counted } = await mailbox.recount();
      const { sizeBytes, itemCount } = await mailbox.usage();
      expect(before).toEqual({ sizeBytes, itemCount });
      expect(counted).toEqual({ sizeBytes, itemCount });
    });
  });
}
