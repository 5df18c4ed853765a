import { describe, expect, test } from 'vitest';
import { type FolderView, type HierarchyState, syncHierarchy } from './folder-sync.ts';

const view = (serverId: string, displayName = serverId): FolderView => ({
  serverId,
  parentId: '0',
  displayName,
  type: 12,
});

/** A device and its server-side state, driven through requests. */
function device() {
  let state: HierarchyState | null = null;
  let epochs = 0;
  return (key: string, folders: FolderView[]) => {
    const reply = syncHierarchy(state, key, folders, () => `e${++epochs}`);
    if (reply.next !== null) state = reply.next;
    return reply;
  };
}

describe('FolderSync', () => {
  test('key 0 says every folder, and a second 0 gets the same key', () => {
    const ask = device();
    const first = ask('0', [view('a'), view('b')]);
    expect(first).toMatchObject({ status: 1, deleted: [], updated: [] });
    expect(first.added.map((f) => f.serverId)).toEqual(['a', 'b']);
    expect(ask('0', [view('a'), view('b')]).syncKey).toBe(first.syncKey);
  });

  test('without a change keeps the key and says nothing', () => {
    const ask = device();
    const { syncKey } = ask('0', [view('a')]);
    expect(ask(syncKey, [view('a')])).toMatchObject({
      status: 1,
      syncKey,
      added: [],
      updated: [],
      deleted: [],
    });
  });

  test('says adds, updates and deletes under a new key, and says them again for the key before (I16)', () => {
    const ask = device();
    const { syncKey } = ask('0', [view('a'), view('b')]);
    const now = [view('a', 'renamed'), view('c')];
    const reply = ask(syncKey, now);
    expect(reply.added.map((f) => f.serverId)).toEqual(['c']);
    expect(reply.updated.map((f) => f.displayName)).toEqual(['renamed']);
    expect(reply.deleted).toEqual(['b']);
    expect(reply.syncKey).not.toBe(syncKey);
    const { next: _a, ...again } = ask(syncKey, now);
    const { next: _b, ...once } = reply;
    expect(again).toEqual(once);
    expect(ask(reply.syncKey, now)).toMatchObject({ status: 1, added: [], updated: [], deleted: [] });
  });

  test('a key that was never given, or is two steps old, is invalid (I17)', () => {
    const ask = device();
    const k1 = ask('0', [view('a')]).syncKey;
    const k2 = ask(k1, [view('a'), view('b')]).syncKey;
    ask(k2, [view('b')]);
    expect(ask(k1, [view('b')]).status).toBe(9);
    expect(ask('bogus77', []).status).toBe(9);
  });
});
