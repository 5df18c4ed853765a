import { describe, expect, test } from 'vitest';
import type { Folder } from '../mail/types.ts';
import { type FolderView, folderViews, type HierarchyState, syncHierarchy } from './folder-sync.ts';

const view = (serverId: string, displayName = serverId): FolderView => ({
  serverId,
  parentId: '0',
  displayName,
  type: 12,
});

/** A device and its server-side state, driven through requests. */
function device() {
  let state: HierarchyState | null = null;
  return async (key: string, folders: FolderView[]) => {
    const reply = await syncHierarchy(state, key, folders);
    if (reply.next !== null) state = reply.next;
    return reply;
  };
}

describe('FolderSync', () => {
  test('key 0 says every folder, and a second 0 gets the same key', async () => {
    const ask = device();
    const first = await ask('0', [view('a'), view('b')]);
    expect(first).toMatchObject({ status: 1, deleted: [], updated: [] });
    expect(first.added.map((f) => f.serverId)).toEqual(['a', 'b']);
    expect((await ask('0', [view('a'), view('b')])).syncKey).toBe(first.syncKey);
  });

  test('without a change keeps the key and says nothing', async () => {
    const ask = device();
    const { syncKey } = await ask('0', [view('a')]);
    expect(await ask(syncKey, [view('a')])).toMatchObject({
      status: 1,
      syncKey,
      added: [],
      updated: [],
      deleted: [],
    });
  });

  test('says adds, updates and deletes under a new key, and says them again for the key before (I16)', async () => {
    const ask = device();
    const { syncKey } = await ask('0', [view('a'), view('b')]);
    const now = [view('a', 'renamed'), view('c')];
    const reply = await ask(syncKey, now);
    expect(reply.added.map((f) => f.serverId)).toEqual(['c']);
    expect(reply.updated.map((f) => f.displayName)).toEqual(['renamed']);
    expect(reply.deleted).toEqual(['b']);
    expect(reply.syncKey).not.toBe(syncKey);
    const { next: _a, ...again } = await ask(syncKey, now);
    const { next: _b, ...once } = reply;
    expect(again).toEqual(once);
    expect(await ask(reply.syncKey, now)).toMatchObject({ status: 1, added: [], updated: [], deleted: [] });
  });

  test('a key that was never given, or is two steps old, is invalid (I17)', async () => {
    const ask = device();
    const k1 = (await ask('0', [view('a')])).syncKey;
    const k2 = (await ask(k1, [view('a'), view('b')])).syncKey;
    await ask(k2, [view('b')]);
    expect((await ask(k1, [view('b')])).status).toBe(9);
    for (const key of ['bogus77', '', '1', `${k2}0`]) expect((await ask(key, [])).status, key).toBe(9);
  });

  test('a key is that of a tree: a new start on another tree refuses the keys of the life before', async () => {
    const ask = device();
    const old = (await ask('0', [view('a')])).syncKey;
    expect((await ask('0', [view('a'), view('b')])).syncKey).not.toBe(old);
    expect((await ask(old, [view('a'), view('b')])).status).toBe(9);
  });

  test('a key does not depend on the order of the folders', async () => {
    const first = await device()('0', [view('a'), view('b')]);
    expect((await device()('0', [view('b'), view('a')])).syncKey).toBe(first.syncKey);
  });

  test('shows the recipient information cache only to versions that know it', () => {
    const folder = (folderId: string, role: Folder['role']): Folder => ({
      ...{ folderId, role, parentId: null, displayName: role, itemClass: 'Contacts' },
      ...{ modseq: 1, createdModseq: 1, contentModseq: 0 },
    });
    const folders = [folder('c', 'contacts'), folder('r', 'recipientCache')];
    expect(folderViews(folders, true).map((f) => f.type)).toEqual([9, 19]);
    expect(folderViews(folders, false).map((f) => f.type)).toEqual([9]);
  });
});
