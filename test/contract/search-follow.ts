import { describe, expect, test } from 'vitest';
import type { ItemState, MailboxRef } from '../../core/mail/types.ts';
import type { ItemKind } from '../../core/pim/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { SearchStore } from '../../core/ports/search.ts';
import { catchUp, stateOf } from '../../core/search/catch-up.ts';
import type { Query } from '../../core/search/query.ts';
import { messagesOf, searchMailbox } from '../../core/search/search-mailbox.ts';
import { contact, event } from './pim-items.ts';
import { document, find, whole } from './search-support.ts';
import { freshRef, messages, type Subject, unique } from './subject.ts';

/** The index following the changes of a mailbox. */
export function searchFollowContract(subject: Subject): void {
  async function world(count: number) {
    const { mail, search } = await subject.open();
    const ref = freshRef();
    const mailbox = mail.mailbox(ref);
    await mailbox.create(1);
    const list = messages(unique('m'), count);
    await mailbox.insertMany(list);
    const ids = list.map((m) => m.itemId);
    await index(mailbox, search, ids);
    const folder = async (role: 'inbox' | 'archive' | 'deleted') =>
      (await mailbox.folderByRole(role))?.folderId ?? '';
    return { mailbox, search, ref, ids, folder };
  }

  async function index(mailbox: MailboxStore, search: SearchStore, ids: string[]): Promise<void> {
    const items = await mailbox.itemStates(ids);
    await search.index(
      mailbox.ref,
      ...items.map((item) => document(item.itemId, { ...stateOf(item), body: 'word' })),
    );
  }

  const word = whole('word');
  const both = (query: Query): Query => ({ kind: 'and', of: [word, query] });

  describe('a search of a mailbox', () => {
    test('counts flags, moves and removals at once', async () => {
      const { mailbox, search, ids, folder } = await world(6);
      const [a = '', b = '', c = '', d = ''] = ids;
      const archive = await folder('archive');
      await mailbox.setFlags([
        { itemId: a, isRead: true },
        { itemId: b, flag: { status: 2 }, categories: ['Red'] },
      ]);
      await mailbox.move([c], archive);
      await mailbox.remove([d], 5);
      const ask = async (query: Query) =>
        (await searchMailbox(mailbox, search, both(query))).hits.map((hit) => hit.itemId).sort();
      expect(await ask({ kind: 'read', is: true })).toEqual([a]);
      expect(await ask({ kind: 'flagged', is: true })).toEqual([b]);
      expect(await ask({ kind: 'category', name: 'red' })).toEqual([b]);
      expect(await ask({ kind: 'folders', folderIds: [archive] })).toEqual([c]);
      expect(await ask({ kind: 'all' })).toEqual(ids.filter((id) => id !== d).sort());
      await mailbox.setFlags([{ itemId: b, flag: null }]);
      expect(await ask({ kind: 'flagged', is: true })).toEqual([]);
    });

    test('asks for a class of items, and for messages where nothing is said', async () => {
      const { mailbox, search, ids } = await world(1);
      await mailbox.putItems([event('e', '8'), contact('c', '9'), event('bin', '8')]);
      await index(mailbox, search, ['e', 'c', 'bin']);
      const ask = async (query: Query, kinds?: ItemKind[]) => {
        const options = kinds === undefined ? {} : { kinds };
        const { hits } = await searchMailbox(mailbox, search, query, options);
        const ranked = await searchMailbox(mailbox, search, query, { ...options, order: 'relevance' });
        expect(ranked.hits.map((hit) => hit.itemId).sort()).toEqual(hits.map((hit) => hit.itemId).sort());
        return hits.map((hit) => hit.itemId).sort();
      };
      expect(await ask(word)).toEqual(ids);
      expect(await ask(word, ['event'])).toEqual(['bin', 'e']);
      expect(await ask({ kind: 'all' }, ['contact', 'note'])).toEqual(['c']);
      expect(await ask(word, ['message', 'contact'])).toEqual(['c', ...ids].sort());
      expect(await ask(word, [])).toEqual([]);
      // Their folders are followed too.
      await mailbox.move(['bin'], '4');
      await mailbox.remove(['e'], 5);
      expect(await ask({ kind: 'all' }, ['event'])).toEqual(['bin']);
      expect(await ask(both({ kind: 'folders', folderIds: ['4'] }), ['event'])).toEqual(['bin']);
      expect(await ask(both({ kind: 'category', name: 'blue' }), ['event'])).toEqual(['bin']);
    });

    test('follows in bounded steps that together reach the end', async () => {
      const { mailbox, search, ref, ids, folder } = await world(30);
      await catchUp(mailbox, search);
      await mailbox.setFlags(ids.map((itemId) => ({ itemId, isRead: true })));
      await mailbox.move(ids.slice(0, 10), await folder('archive'));
      await mailbox.remove(ids.slice(10, 15), 5);
      let steps = 1;
      while (!(await catchUp(mailbox, search, { limit: 4 })).complete) steps++;
      expect(steps).toBeGreaterThan(5);
      expect(await find(search, ref, both({ kind: 'read', is: true }))).toHaveLength(25);
      expect(await find(search, ref, { kind: 'folders', folderIds: [await folder('archive')] })).toHaveLength(
        10,
      );
      // What is left of the lag does not matter to whoever asks for little.
      await mailbox.setFlags([{ itemId: ids[20] ?? '', isRead: false }]);
      expect(await catchUp(mailbox, search, { minLag: 500 })).toMatchObject({ complete: false });
      expect(await catchUp(mailbox, search)).toMatchObject({ complete: true });
      expect(await catchUp(mailbox, search)).toMatchObject({ complete: true });
    });

    test('forgets what was in a folder that is gone', async () => {
      const { mailbox, search, ref, ids } = await world(4);
      const folderId = unique('folder');
      await mailbox.createFolder({ folderId, parentId: null, displayName: 'Project', itemClass: 'Email' });
      await mailbox.move(ids.slice(0, 3), folderId);
      await catchUp(mailbox, search);
      await mailbox.move(ids.slice(0, 1), (await mailbox.folderByRole('archive'))?.folderId ?? '');
      await mailbox.deleteFolder(folderId, 9);
      expect(await catchUp(mailbox, search)).toMatchObject({ complete: true });
      expect((await find(search, ref, word)).sort()).toEqual([ids[0], ids[3]].sort());
      expect((await search.cursors(ref)).has(folderId)).toBe(false);
    });

    test('shows nothing that changed between the question and the answer', async () => {
      const { mailbox, search, ids } = await world(3);
      const [a = '', b = '', c = ''] = ids;
      const query = both({ kind: 'read', is: false });
      const { hits } = await searchMailbox(mailbox, search, query);
      expect(hits).toHaveLength(3);
      await mailbox.setFlags([{ itemId: a, isRead: true }]);
      await mailbox.remove([b], 5);
      expect((await messagesOf(mailbox, hits, query)).map((m) => m.itemId)).toEqual([c]);
    });

    test('any order of changes, indexing and following ends in the mailbox as it is', async () => {
      const { mailbox, search, ref, ids } = await world(12);
      let seed = 7;
      const below = (n: number) => {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        return seed % n;
      };
      const folders = (await mailbox.folders()).filter((f) => f.itemClass === 'Email').map((f) => f.folderId);
      for (let i = 0; i < 60; i++) {
        const some = ids.filter(() => below(4) === 0);
        const act = below(7);
        if (act === 0) await mailbox.move(some, folders[below(folders.length)] ?? '');
        else if (act === 1) await mailbox.remove(some.slice(0, 1), i);
        else if (act === 2) await index(mailbox, search, some);
        else if (act === 3) await catchUp(mailbox, search, { limit: 1 + below(5) });
        else await mailbox.setFlags(some.map((itemId) => ({ itemId, isRead: below(2) === 0 })));
      }
      while (!(await catchUp(mailbox, search, { limit: 7 })).complete);
      const items = await mailbox.itemStates(ids);
      expect((await find(search, ref, word)).sort()).toEqual(items.map((item) => item.itemId).sort());
      await expectMirror(search, ref, items);
    });
  });
}

async function expectMirror(search: SearchStore, ref: MailboxRef, items: ItemState[]): Promise<void> {
  for (const item of items) {
    const query: Query = {
      kind: 'and',
      of: [
        { kind: 'folders', folderIds: [item.folderId] },
        { kind: 'read', is: item.isRead },
      ],
    };
    expect(await find(search, ref, query)).toContain(item.itemId);
  }
}
