import { describe, expect, test } from 'vitest';
import { ENDLESS, MAX_DOCUMENT_BYTES } from '../../core/pim/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { PUT_AT_ONCE } from '../../core/ports/pim.ts';
import { folderId, wholeFeed } from './mail-changes.ts';
import { expectRecount } from './mail-model.ts';
import { contact, event, eventWithFiles, note, task, textMessage } from './pim-items.ts';
import { freshMailbox, freshRef, message, type Subject } from './subject.ts';

/** A mailbox with the ids of its folders. */
async function furnished(subject: Subject) {
  const mailbox = await freshMailbox(subject);
  return { mailbox, calendar: await folderId(mailbox, 'calendar'), bin: await folderId(mailbox, 'deleted') };
}

async function bytesOf(mailbox: MailboxStore): Promise<number> {
  return (await mailbox.usage()).sizeBytes;
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

export function pimContract(subject: Subject): void {
  describe('events, contacts, tasks and notes', () => {
    test('are items with a whole document, in their folder and its feed', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const wanted = event('item-e', calendar, { title: 'it\'s \\ "Ž" \ud800 100 %', uid: 'u1' });
      const result = await mailbox.putItem(wanted);
      const { modseq } = await mailbox.usage();
      expect(result).toEqual({ outcome: 'inserted', itemId: 'item-e', folderId: calendar, modseq });
      const aspects = { readModseq: modseq, flagModseq: modseq, categoriesModseq: modseq };
      const size = bytes(wanted.document);
      const state = {
        ...{ itemId: 'item-e', folderId: calendar, kind: 'event', modseq, createdModseq: modseq },
        ...{ receivedAt: 1_000, isRead: true, flag: null, categories: ['Blue', 'Žluť'], ...aspects },
        ...{ contentModseq: modseq, threadId: '', size, textSize: 0, htmlSize: 0 },
      };
      expect(await mailbox.itemStates(['item-e'])).toEqual([state]);
      expect(await mailbox.pimItems(['none', 'item-e'])).toEqual([
        {
          ...state,
          ...{ uid: 'u1', sortAt: 1_000, startsAt: 500, endsAt: 1_000, remindAt: 50 },
          title: 'it\'s \\ "Ž" \ufffd 100 %',
          document: wanted.document,
        },
      ]);
      expect(await wholeFeed(mailbox, calendar, 1)).toEqual([{ kind: 'item', item: state }]);
      expect(await mailbox.snapshot(calendar, 1_000, null, 5)).toEqual([state]);
      expect((await mailbox.contentModseqs([calendar])).get(calendar)).toBe(modseq);
      expect(await mailbox.messages(['item-e'])).toEqual([]);
      await expectRecount(mailbox);
    });

    test('of every kind, messages beside them, with sizes that count and a number that does not (I15)', async () => {
      const { mailbox } = await furnished(subject);
      const place = async (role: Parameters<typeof folderId>[1]) => folderId(mailbox, role);
      const list = [
        contact('c', await place('contacts')),
        task('t', await place('tasks')),
        note('n', await place('notes'), 'Buy milk'),
        textMessage('s', await place('inbox'), false),
      ];
      const results = await mailbox.putItems(list);
      expect(results.map((r) => r.outcome)).toEqual(Array(4).fill('inserted'));
      await mailbox.insert(message('m'));
      const documents = list.reduce((sum, item) => sum + bytes(item.document), 0);
      expect(await mailbox.usage()).toMatchObject({ sizeBytes: documents + 1000, itemCount: 1 });
      const read = await mailbox.pimItems(['n', 'item-m', 's', 'c', 't']);
      expect(read.map((item) => [item.kind, item.receivedAt, item.isRead])).toEqual([
        ['note', 1_000, true],
        ['sms', 1_000, false],
        ['contact', 1_000, true],
        ['task', ENDLESS, true],
      ]);
      const kinds = (await mailbox.itemStates(['item-m', 's'])).map((item) => item.kind);
      expect(kinds).toEqual(['message', 'sms']);
      await expectRecount(mailbox);
      expect(await mailbox.recount()).toMatchObject({
        counted: { sizeBytes: documents + 1000, itemCount: 1 },
      });
    });

    test('are as large as their document and its files, each of which counts once (I15)', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      const wanted = eventWithFiles('e', calendar, [70_000_000, 300]);
      const [document, files] = [bytes(wanted.document), 70_000_300];
      await mailbox.putItems([wanted, event('plain', calendar)]);
      const plain = bytes(event('plain', calendar).document);
      expect((await mailbox.itemStates(['e', 'plain'])).map((item) => item.size)).toEqual([
        document + files,
        plain,
      ]);
      expect(await bytesOf(mailbox)).toBe(document + files + plain);
      const fewer = eventWithFiles('e', calendar, [20, 300]);
      await mailbox.putItem(fewer);
      expect(await bytesOf(mailbox)).toBe(bytes(fewer.document) + 320 + plain);
      await expectRecount(mailbox);
      const archive = (await subject.open()).archive.mailbox(mailbox.ref);
      expect(await archive.irregularities()).toEqual([]);
      // As it is written down, and put back.
      const other = await furnished(subject);
      const copy = (await subject.open()).archive.mailbox(other.mailbox.ref);
      const { lines } = await archive.items('', 10);
      await copy.restoreObjects(lines.flatMap((line) => (line.kind === 'object' ? [line] : [])));
      await other.mailbox.recount();
      expect(await bytesOf(other.mailbox)).toBe(await bytesOf(mailbox));
      expect(await copy.irregularities()).toEqual([]);
      await mailbox.move(['e'], bin);
      await mailbox.remove(['e'], 9);
      expect(await bytesOf(mailbox)).toBe(plain);
      expect(await mailbox.recount()).toMatchObject({ counted: { sizeBytes: plain } });
    });

    test('I8 the same again changes nothing, whatever is expected', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const { outcome: _, ...place } = await mailbox.putItem(event('e', calendar), { expect: null });
      for (const expect_ of [undefined, null, place.modseq, place.modseq - 1]) {
        const options = expect_ === undefined ? {} : { expect: expect_ };
        expect(await mailbox.putItem(event('e', calendar), options)).toEqual({
          outcome: 'present',
          ...place,
        });
      }
      expect((await mailbox.usage()).modseq).toBe(place.modseq);
    });

    test('a change is written only over what was expected, and where the item is', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      const first = await mailbox.putItem(event('e', calendar));
      const other = event('e', calendar, { title: 'Other' });
      for (const stale of [null, first.modseq + 1, first.modseq - 1]) {
        const { outcome: _, ...place } = first;
        expect(await mailbox.putItem(other, { expect: stale })).toEqual({ outcome: 'conflict', ...place });
      }
      await mailbox.setFlags([{ itemId: 'e', flag: { status: 2 } }]);
      const [moved] = await mailbox.move(['e'], bin);
      const changed = await mailbox.putItem(other, { expect: moved?.modseq ?? 0 });
      expect(changed).toEqual({
        ...first,
        outcome: 'changed',
        folderId: bin,
        modseq: (moved?.modseq ?? 0) + 1,
      });
      const [item] = await mailbox.pimItems(['e']);
      expect(item).toMatchObject({
        ...{ title: 'Other', folderId: bin, size: bytes(other.document), flag: { status: 2 } },
        ...{ createdModseq: moved?.modseq, flagModseq: moved?.modseq, contentModseq: changed.modseq },
        document: other.document,
      });
      expect((await mailbox.contentModseqs([bin])).get(bin)).toBe(changed.modseq);
      await expectRecount(mailbox);
    });

    test('what is not there cannot be changed, and what is of another kind neither', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const nowhere = { itemId: 'e', folderId: '', modseq: 0 };
      expect(await mailbox.putItem(event('e', calendar), { expect: 5 })).toEqual({
        ...nowhere,
        outcome: 'conflict',
      });
      expect(await mailbox.putItem(event('e', 'nowhere'))).toEqual({ ...nowhere, outcome: 'noFolder' });
      const { mail } = await subject.open();
      const absent = mail.mailbox(freshRef());
      expect(await absent.putItem(event('e', calendar))).toEqual({ ...nowhere, outcome: 'noFolder' });
      const { modseq } = await mailbox.insert(message('m'));
      await mailbox.putItem(contact('c', calendar));
      expect(await mailbox.putItem(event('item-m', calendar))).toMatchObject({ outcome: 'conflict', modseq });
      expect(await mailbox.putItem(event('c', calendar))).toMatchObject({ outcome: 'conflict' });
      expect(await mailbox.pimItems(['item-m', 'c'])).toMatchObject([{ kind: 'contact' }]);
      await expectRecount(mailbox);
    });

    test('of two writers who expect the same, one succeeds', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const { modseq } = await mailbox.putItem(event('e', calendar));
      const both = await Promise.all(
        ['One', 'Two'].map((title) => mailbox.putItem(event('e', calendar, { title }), { expect: modseq })),
      );
      expect(both.map((r) => r.outcome).sort()).toEqual(['changed', 'conflict']);
      const fresh = ['One', 'Two'].map((title) => event('new', calendar, { title }));
      const made = await Promise.all(fresh.map((item) => mailbox.putItem(item, { expect: null })));
      expect(made.map((r) => r.outcome).sort()).toEqual(['conflict', 'inserted']);
      await expectRecount(mailbox);
    });

    test('a document may be long, but not longer', async () => {
      const { mailbox } = await furnished(subject);
      const notes = await folderId(mailbox, 'notes');
      const empty = bytes(note('n', notes, '').document);
      const most = note('n', notes, '"'.repeat((MAX_DOCUMENT_BYTES - empty) / 2));
      expect(await mailbox.putItem(most)).toMatchObject({ outcome: 'inserted' });
      expect(await mailbox.pimItems(['n'])).toMatchObject([{ document: most.document }]);
      const more = note('n', notes, 'č'.repeat((MAX_DOCUMENT_BYTES - empty) / 2 + 1));
      const tooLarge = { outcome: 'tooLarge', itemId: 'n', folderId: notes, modseq: 0 };
      expect(await mailbox.putItem(more)).toEqual(tooLarge);
      const both = await mailbox.putItems([more, note('o', notes, 'x')]);
      expect(both).toMatchObject([tooLarge, { outcome: 'inserted' }]);
      expect(await bytesOf(mailbox)).toBe(bytes(most.document) + bytes(note('o', notes, 'x').document));
    });

    test('many at once: made, replaced, left alone, each told of; of one id the last counts', async () => {
      const { mailbox, calendar } = await furnished(subject);
      await mailbox.putItems([event('a', calendar), event('b', calendar)]);
      const results = await mailbox.putItems([
        event('c', calendar, { title: 'first' }),
        event('a', calendar),
        event('b', calendar, { title: 'New' }),
        event('d', 'nowhere'),
        event('c', calendar, { title: 'last' }),
      ]);
      const outcomes = results.map((r) => `${r.itemId} ${r.outcome}`);
      expect(outcomes).toEqual(['c inserted', 'a present', 'b changed', 'd noFolder', 'c inserted']);
      const items = await mailbox.pimItems(['a', 'b', 'c', 'd']);
      expect(items.map((item) => item.title)).toEqual(['a', 'New', 'last']);
      const many = Array.from({ length: PUT_AT_ONCE + 2 }, (_, i) => contact(`m${i}`, calendar));
      expect(new Set((await mailbox.putItems(many)).map((r) => r.outcome))).toEqual(new Set(['inserted']));
      expect(await mailbox.pimItems(many.map((item) => item.itemId))).toHaveLength(many.length);
      expect(await mailbox.putItems([])).toEqual([]);
      await expectRecount(mailbox);
    });

    test('go and come back: a removed one leaves a tombstone, and none once it is there again', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      await mailbox.putItem(event('e', calendar));
      await mailbox.move(['e'], bin);
      expect(await wholeFeed(mailbox, calendar, 5)).toMatchObject([{ kind: 'gone' }]);
      const [removed] = await mailbox.remove(['e'], 9);
      expect(removed).toMatchObject({ outcome: 'changed', folderId: bin });
      expect(await wholeFeed(mailbox, bin, 5)).toMatchObject([{ kind: 'gone' }]);
      expect(await mailbox.pimItems(['e'])).toEqual([]);
      expect(await mailbox.removedMessages({ limit: 5 })).toEqual([]);
      expect(await bytesOf(mailbox)).toBe(0);
      const again = await mailbox.putItem(event('e', bin), { expect: null });
      expect(again).toMatchObject({ outcome: 'inserted', modseq: (removed?.modseq ?? 0) + 1 });
      expect(await wholeFeed(mailbox, bin, 5)).toMatchObject([{ kind: 'item', item: { itemId: 'e' } }]);
      expect(await wholeFeed(mailbox, calendar, 5)).toMatchObject([{ kind: 'gone' }]);
      await expectRecount(mailbox);
    });

    test('go with their folder', async () => {
      const { mailbox } = await furnished(subject);
      const folder = {
        folderId: 'work',
        parentId: null,
        displayName: 'Work',
        itemClass: 'Calendar' as const,
      };
      await mailbox.createFolder(folder);
      await mailbox.putItems([event('a', 'work'), event('b', 'work', { uid: 'u' })]);
      expect(await mailbox.emptyFolders(['work'], 9)).toBe(2);
      expect(await mailbox.itemsByUid('event', 'u')).toEqual([]);
      await mailbox.putItem(event('c', 'work'));
      await mailbox.deleteFolder('work', 9);
      expect(await mailbox.pimItems(['a', 'b', 'c'])).toEqual([]);
      expect(await mailbox.putItem(event('d', 'work'))).toMatchObject({ outcome: 'noFolder' });
      await expectRecount(mailbox);
    });

    test('are found by UID and kind, except in Deleted Items', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      const uid = 'Š'.repeat(255);
      await mailbox.putItems([
        event('b', calendar, { uid }),
        event('a', calendar, { uid }),
        contact('c', calendar, { uid }),
        event('d', bin, { uid }),
        event('e', calendar, { uid: uid.toLowerCase() }),
      ]);
      const ids = async (kind: 'event' | 'contact') =>
        (await mailbox.itemsByUid(kind, uid)).map((item) => item.itemId);
      expect([await ids('event'), await ids('contact')]).toEqual([['a', 'b'], ['c']]);
      await mailbox.putItem(event('a', calendar, { uid: 'other' }));
      expect(await ids('event')).toEqual(['b']);
      expect(await mailbox.itemsByUid('event', 'none')).toEqual([]);
    });

    test('events are read by time, several folders together, in pages', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      const at = (itemId: string, startsAt: number, endsAt: number, folder = calendar) =>
        event(itemId, folder, { facts: { startsAt, endsAt, sortAt: endsAt } });
      await mailbox.putItems([
        at('past', 0, 10),
        at('touches', 0, 20),
        at('runs-in', 5, 21),
        at('weekly', -9, ENDLESS),
        at('twin-b', 25, 26),
        at('twin-a', 25, 26),
        at('other', 22, 23, bin),
        at('next', 30, 31),
        contact('no-event', calendar),
        // Its time says less than its end.
        event('odd', calendar, { facts: { startsAt: 6, endsAt: 25, sortAt: 1 } }),
      ]);
      const list = async (folders: string[], limit = 20) => {
        const seen: string[] = [];
        for (;;) {
          const after = (await mailbox.pimItems(seen.slice(-1)))[0] ?? null;
          const cursor = after === null ? null : { startsAt: after.startsAt ?? 0, itemId: after.itemId };
          const page = await mailbox.eventsBetween(folders, 20, 30, cursor, limit);
          seen.push(...page.map((item) => item.itemId));
          if (page.length < limit) return seen;
        }
      };
      const own = ['weekly', 'runs-in', 'odd', 'twin-a', 'twin-b'];
      expect(await list([calendar])).toEqual(own);
      expect(await list([calendar, calendar, 'nowhere'], 2)).toEqual(own);
      expect(await list([bin, calendar], 1)).toEqual([
        'weekly',
        'runs-in',
        'odd',
        'other',
        'twin-a',
        'twin-b',
      ]);
      expect(await list([])).toEqual([]);
    });

    test('a folder is walked through in order of ids', async () => {
      const { mailbox, calendar, bin } = await furnished(subject);
      await mailbox.putItems([contact('b', calendar), contact('a', calendar), event('c', calendar)]);
      await mailbox.putItem(contact('bb', bin));
      await mailbox.insert(message('m', { itemId: 'aa', folderRole: 'deleted' }));
      const page = async (after: string, limit: number) =>
        (await mailbox.pimPage(calendar, after, limit)).map((item) => item.itemId);
      expect([await page('', 2), await page('b', 2), await page('c', 2)]).toEqual([['a', 'b'], ['c'], []]);
      expect((await mailbox.pimPage(bin, '', 5)).map((item) => item.itemId)).toEqual(['bb']);
      expect(await mailbox.pimIds('', 3)).toEqual(['a', 'b', 'bb']);
      expect(await mailbox.pimIds('bb', 3)).toEqual(['c']);
    });

    test('a reminder is set without anybody hearing of it, and only of the version that was meant', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const { modseq } = await mailbox.putItem(event('e', calendar));
      expect(await mailbox.setReminder('e', modseq, 60)).toBe(true);
      expect(await mailbox.pimItems(['e'])).toMatchObject([{ remindAt: 60, modseq }]);
      expect((await mailbox.usage()).modseq).toBe(modseq);
      await mailbox.putItem(event('e', calendar, { title: 'Other' }));
      expect(await mailbox.setReminder('e', modseq, null)).toBe(false);
      expect(await mailbox.setReminder('none', modseq, null)).toBe(false);
      expect(await mailbox.pimItems(['e'])).toMatchObject([{ remindAt: 50 }]);
    });

    test('what is due is known of all mailboxes of a tenant, and of no other', async () => {
      const { mail } = await subject.open();
      const { tenantId, shard } = freshRef();
      const made = await Promise.all(
        ['x', 'y'].map(async (name) => {
          const mailbox = mail.mailbox({ tenantId, mailboxId: `${tenantId}-${name}`, shard });
          await mailbox.create(1);
          return { mailbox, calendar: await folderId(mailbox, 'calendar') };
        }),
      );
      const [x, y] = made;
      if (x === undefined || y === undefined) throw new Error('two mailboxes');
      const other = await furnished(subject);
      const reminded = (itemId: string, folder: string, remindAt: number | null) =>
        event(itemId, folder, { facts: { remindAt } });
      await other.mailbox.putItem(reminded('e', other.calendar, 10), { announce: true });
      await x.mailbox.putItems([reminded('late', x.calendar, 100), reminded('never', x.calendar, null)]);
      await x.mailbox.putItem(reminded('b', x.calendar, 50), { announce: true });
      const { modseq } = await y.mailbox.putItem(reminded('a', y.calendar, 10), { announce: true });
      const due = async (what: 'reminder' | 'announce', limit = 10) => {
        const seen: { mailboxId: string; itemId: string }[] = [];
        for (;;) {
          const after = seen.at(-1) ?? null;
          const page = await mail.duePim(tenantId, shard, what, { until: 50, limit, after });
          seen.push(...page);
          if (page.length < limit) return seen.map((d) => `${d.mailboxId.slice(-1)} ${d.itemId}`);
        }
      };
      expect(await due('reminder')).toEqual(['x b', 'y a']);
      expect(await due('announce', 1)).toEqual(['x b', 'y a']);
      await y.mailbox.setReminder('a', modseq, 51);
      expect(await due('reminder', 1)).toEqual(['x b']);
      // A change without a word for the attendees does not make the one before it known to them.
      const changed = await y.mailbox.putItem(reminded('a', y.calendar, 60));
      expect(await y.mailbox.announced('a', modseq - 1)).toBe(false);
      expect(await due('announce')).toEqual(['x b', 'y a']);
      expect(changed.outcome).toBe('present');
      const newer = await y.mailbox.putItem(event('a', y.calendar, { title: 'Later' }));
      expect(await y.mailbox.announced('a', modseq)).toBe(false);
      expect(await y.mailbox.announced('a', newer.modseq)).toBe(true);
      expect(await due('announce')).toEqual(['x b']);
      await x.mailbox.remove(['b'], 9);
      expect([await due('announce'), await due('reminder')]).toEqual([[], ['y a']]);
    });

    test('a change that comes while the one before it is told of stays to be told of', async () => {
      const { mailbox, calendar } = await furnished(subject);
      const { mail } = await subject.open();
      const again = mail.mailbox(mailbox.ref);
      const { tenantId, shard } = mailbox.ref;
      let { modseq } = await mailbox.putItem(event('e', calendar), { announce: true });
      for (let round = 0; round < 12; round++) {
        const change = event('e', calendar, { title: `Round ${round}` });
        const [put] = await Promise.all([
          mailbox.putItem(change, { announce: true }),
          again.announced('e', modseq),
        ]);
        expect(await mail.duePim(tenantId, shard, 'announce', { until: 0, limit: 5 })).toHaveLength(1);
        modseq = put.modseq;
      }
    });

    test('mailboxes know nothing of each other', async () => {
      const [one, two] = [await furnished(subject), await furnished(subject)];
      await one.mailbox.putItem(event('e', one.calendar, { uid: 'u' }));
      await two.mailbox.putItem(event('e', two.calendar, { uid: 'u', title: 'Two' }));
      expect(await one.mailbox.itemsByUid('event', 'u')).toMatchObject([{ title: 'e' }]);
      await two.mailbox.remove(['e'], 9);
      expect(await one.mailbox.pimItems(['e'])).toHaveLength(1);
      expect(await one.mailbox.eventsBetween([one.calendar], 0, 2_000, null, 5)).toHaveLength(1);
      expect(await two.mailbox.pimPage(two.calendar, '', 5)).toEqual([]);
    });
  });
}
