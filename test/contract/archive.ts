import { describe, expect, test } from 'vitest';
import type { ItemLine, MailboxArchive, MessageLine, RestoredMessage } from '../../core/ports/archive.ts';
import { contact, event, note, textMessage } from './pim-items.ts';
import { freshRef, message, type Subject, unique } from './subject.ts';

/** Writing a mailbox down and making it again from that. */
export function archiveContract(subject: Subject): void {
  describe('the archive of a mailbox', () => {
    test('says what changed since, each item once as it is, and what went for good', async () => {
      const { mailbox, archive } = await open(subject);
      expect(await archive.head()).toMatchObject({ exists: false, captured: null });
      await mailbox.create(1);
      await mailbox.insertMany([message('a'), message('b'), message('c')]);
      const { modseq: first } = await archive.head();
      expect((await archive.changed(0, first, 10)).lines.map((l) => l.itemId)).toEqual([
        'item-a',
        'item-b',
        'item-c',
      ]);
      await mailbox.setFlags([{ itemId: 'item-a', isRead: true, categories: ['blue'] }]);
      await mailbox.move(['item-b'], '3');
      await mailbox.remove(['item-c'], 77);
      const { modseq: second } = await archive.head();
      const { lines, to } = await archive.changed(first, second, 10);
      expect(to).toBe(second);
      expect(lines).toMatchObject([
        { kind: 'message', itemId: 'item-a', folderId: '2', isRead: true, categories: ['blue'] },
        { kind: 'message', itemId: 'item-b', folderId: '3', rawKey: 'blobs/b.eml' },
        { kind: 'gone', itemId: 'item-c', folderId: '2', rawKey: 'blobs/c.eml', kept: { size: 1000 } },
      ]);
      expect((await archive.changed(second, second, 10)).lines).toEqual([]);
    });

    test('says of an object all that it is, also after it moved, and of a removed one only that it went (I27)', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      await mailbox.putItems([event('e', '8'), contact('c', '9')]);
      await mailbox.putItem(event('e', '8', { title: 'Secret' }), { announce: true });
      const { modseq: first } = await archive.head();
      const { document, facts } = event('e', '8', { title: 'Secret' });
      const { sortAt: receivedAt, ...columns } = facts;
      const whole = { receivedAt, ...columns, document: JSON.stringify(document), toAnnounce: true };
      const line = { kind: 'object', itemId: 'e', folderId: '8', modseq: first, what: 'event', isRead: true };
      expect((await archive.changed(first - 1, first, 10)).lines).toEqual([
        { ...line, ...whole, flag: null, categories: ['Blue', 'Žluť'] },
      ]);
      await mailbox.move(['e'], '4');
      const { modseq: second } = await archive.head();
      expect((await archive.changed(first, second, 10)).lines).toMatchObject([
        { ...line, ...whole, folderId: '4', modseq: second },
      ]);
      await mailbox.remove(['e', 'c'], 77);
      const { modseq: third } = await archive.head();
      const { lines } = await archive.changed(second, third, 10);
      expect(lines.map(({ itemId, kind }) => `${itemId} ${kind}`).sort()).toEqual(['c gone', 'e gone']);
      expect(JSON.stringify([lines, await archive.gone(null, 10)])).not.toContain('Secret');
      expect(await archive.known(['e', 'c', 'none'])).toEqual(new Set());
    });

    test('carries documents of so many bytes at once, and comes to the end all the same', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      const long = 'x'.repeat(250_000);
      // More than one call carries, in one write and in two.
      await mailbox.putItems(Array.from({ length: 14 }, (_, n) => note(`a${n}`, '10', long)));
      await mailbox.putItems(Array.from({ length: 14 }, (_, n) => note(`b${n}`, '10', long)));
      await mailbox.putItems(Array.from({ length: 14 }, (_, n) => note(`c${n}`, '10', long)));
      const { modseq } = await archive.head();
      const seen = new Set<string>();
      for (let after = 1; after < modseq; ) {
        const { lines, to } = await archive.changed(after, modseq, 4000);
        expect(to).toBeGreaterThan(after);
        for (const line of lines) seen.add(line.itemId);
        after = to;
      }
      expect(seen.size).toBe(42);
      const walked: string[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page: Awaited<ReturnType<typeof archive.items>> = await archive.items(after, 100);
        walked.push(...page.lines.map((line) => line.itemId));
        after = page.last;
      }
      expect(walked).toEqual([...seen].sort());
    });

    test('hears of what went with a folder that is gone', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      await mailbox.createFolder({ folderId: 'f', parentId: null, displayName: 'F', itemClass: 'Email' });
      await mailbox.insert(message('a', { folderId: 'f' }));
      const { modseq } = await archive.head();
      await mailbox.deleteFolder('f', 5);
      const { lines } = await archive.changed(modseq, (await archive.head()).modseq, 10);
      expect(lines).toMatchObject([{ kind: 'gone', itemId: 'item-a', folderId: 'f' }]);
    });

    test('is advanced by one writer at a time', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      const head = { segments: 1, lines: 2, snapshotModseq: 3, snapshotAt: 4, digests: { tree: 'x' } };
      expect(await archive.advance(null, { ...head, captured: 5 }, 9)).toBe(true);
      expect(await archive.advance(null, { ...head, captured: 6 }, 9)).toBe(false);
      expect(await archive.advance(4, { ...head, captured: 6 }, 9)).toBe(false);
      expect(await archive.advance(5, { ...head, captured: 7 }, 9)).toBe(true);
      expect(await archive.head()).toEqual({ exists: true, modseq: 1, ...head, captured: 7 });
    });

    test('makes the same mailbox again somewhere else, and twice changes nothing', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      await work(mailbox);
      const other = await open(subject);
      for (let round = 0; round < 2; round++) {
        await copy(archive, other.archive, 1_000_000 * (round + 1));
        await other.mailbox.recount();
        expect(await stateOf(other.archive)).toEqual(await stateOf(archive));
        expect(await other.archive.irregularities()).toEqual([]);
        const usage = await mailbox.usage();
        const again = await other.mailbox.usage();
        expect({ ...again, modseq: 0 }).toEqual({ ...usage, modseq: 0 });
        expect(again.modseq).toBeGreaterThan(1_000_000 * (round + 1));
      }
      expect(await other.mailbox.removedMessages({ limit: 10 })).toEqual(
        await mailbox.removedMessages({ limit: 10 }),
      );
      // A late copy of what was removed stays removed.
      expect(await other.mailbox.insert(message('gone'))).toMatchObject({ outcome: 'present' });
    });

    test('takes several removals of one raw, and of one place, in one go', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      const kept = {
        ...{ receivedAt: 5, size: 9, subject: 's', addresses: { from: [] }, isRead: true, isDraft: false },
        ...{ flag: null, categories: [] },
      };
      const line = { kind: 'gone' as const, itemId: 'i', folderId: '2', rawKey: 'blobs/i.eml', kept };
      const lines = [
        { ...line, modseq: 1, removedAt: 1 },
        { ...line, modseq: 2, removedAt: 2, folderId: '3' },
        { ...line, modseq: 3, removedAt: 3 },
      ];
      await archive.restoreGone(lines, 7);
      expect((await archive.gone(null, 10)).lines.map((l) => l.folderId)).toEqual(['2', '3']);
      expect(await mailbox.removedMessages({ limit: 10 })).toHaveLength(1);
    });

    test('puts right what is otherwise there: moved, removed, changed since, under other names', async () => {
      const { mailbox, archive } = await open(subject);
      await mailbox.create(1);
      await work(mailbox);
      const other = await open(subject);
      await other.mailbox.create(1);
      await other.mailbox.createFolder({
        folderId: 'p',
        parentId: null,
        displayName: 'Q',
        itemClass: 'Email',
      });
      await other.mailbox.createFolder({
        folderId: 'x',
        parentId: null,
        displayName: 'P',
        itemClass: 'Email',
      });
      await other.mailbox.insertMany([message('gone'), message('kept', { isRead: true }), message('moved')]);
      await other.mailbox.putItems([event('e-gone', 'p'), event('e-kept', '8'), contact('e-moved', '9')]);
      await other.mailbox.remove(['item-moved', 'e-kept'], 3);
      await other.mailbox.putSetting('stale', { a: 1 });
      await copy(archive, other.archive, 500);
      await other.mailbox.recount();
      expect(await other.archive.irregularities()).toEqual([]);
      const made = await stateOf(other.archive);
      const { tree: wanted, ...state } = await stateOf(archive);
      expect(made).toMatchObject(state);
      expect(made.tree).toEqual(expect.arrayContaining(wanted));
      expect(made.tree.find((f) => f.folderId === 'x')?.displayName).toBe('P x');
    });
  });
}

async function open(subject: Subject) {
  const { mail, archive } = await subject.open();
  const ref = freshRef();
  return { mailbox: mail.mailbox(ref), archive: archive.mailbox(ref) };
}

async function work(mailbox: Awaited<ReturnType<typeof open>>['mailbox']): Promise<void> {
  await mailbox.createFolder({ folderId: 'p', parentId: null, displayName: 'P', itemClass: 'Email' });
  await mailbox.createFolder({ folderId: 'q', parentId: 'p', displayName: 'Q', itemClass: 'Email' });
  await mailbox.insertMany([message('kept'), message('moved'), message('gone'), message('away')]);
  await mailbox.setFlags([
    { itemId: 'item-kept', flag: { status: 2, type: 'Follow up' }, categories: ['ä', 'b'] },
  ]);
  await mailbox.setLastVerb(['item-moved'], 2, 99);
  await mailbox.move(['item-moved'], 'q');
  await mailbox.remove(['item-gone'], 50);
  await mailbox.move(['item-away'], 'p');
  await mailbox.remove(['item-away'], 60);
  await mailbox.insert(message('draft', { folderRole: 'drafts', isDraft: true, isRead: true }));
  await mailbox.replaceContent(message('draft', { isDraft: true, rawKey: 'drafts/2.eml' }));
  await mailbox.putItems([
    event('e-kept', '8', { title: 'Ž " \' \ud800' }),
    event('e-moved', '8'),
    event('e-gone', '8'),
    contact('c-changed', 'q'),
    textMessage('sms', '2', false),
  ]);
  const changed = await mailbox.putItem(contact('c-changed', 'q', { title: 'New' }), { announce: true });
  await mailbox.setReminder('c-changed', changed.modseq, 70);
  await mailbox.setFlags([{ itemId: 'e-kept', flag: { status: 2 }, categories: ['ž'] }]);
  await mailbox.move(['e-moved', 'e-gone'], 'p');
  await mailbox.remove(['e-gone'], 61);
  await mailbox.noteCorrespondents([{ address: 'bob@example.com', name: 'Bob' }], 5);
  await mailbox.noteCorrespondents([{ address: 'bob@example.com', name: '' }], 6);
  await mailbox.setConversationRule('thread-kept', 'q');
  await mailbox.putSetting('oof', { state: 'on', text: unique('I am away') });
}

async function copy(from: MailboxArchive, to: MailboxArchive, modseq: number): Promise<void> {
  await to.begin(modseq, 1);
  await to.restoreTree(await from.tree());
  const { lines } = await from.items('', 100);
  const { lines: gone } = await from.gone(null, 100);
  await to.restoreMessages(lines.filter((l) => l.kind === 'message').map(restored));
  await to.restorePeople(lines.filter((l) => l.kind === 'person'));
  await to.restoreObjects(lines.filter((l) => l.kind === 'object'));
  await to.restoreGone(gone, 7);
  const asides = await from.asides(from.asideTables(), 100);
  for (const [table, rows] of Object.entries(asides)) await to.restoreAside(table, rows, false);
}

function restored(line: MessageLine): RestoredMessage {
  const { kind: _, modseq: __, lastVerb, lastVerbAt, ...facts } = line;
  const name = line.itemId.slice('item-'.length);
  return { message: { ...message(name), ...facts }, lastVerb, lastVerbAt };
}

async function stateOf(archive: MailboxArchive) {
  const plain = (lines: ItemLine[]) =>
    lines
      .map(({ modseq: _, ...line }) => line)
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    items: plain((await archive.items('', 100)).lines),
    gone: plain((await archive.gone(null, 100)).lines),
    tree: (await archive.tree()).sort((a, b) => (a.folderId < b.folderId ? -1 : 1)),
    asides: await archive.asides(archive.asideTables(), 100),
  };
}
