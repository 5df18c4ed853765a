import { folderNamed, isRecipientCache } from '../mail/folders.ts';
import type { Folder } from '../mail/types.ts';
import { CLASS_OF_KIND, type ItemKind } from '../pim/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import { MOVED_AWAY, type SyncStateRepo } from './state.ts';

/** One Move of a MoveItems (MS-ASCMD 2.2.1.12). */
export interface MoveRequest {
  itemId: string;
  from: string;
  to: string;
}

/** 1 bad source, 2 bad destination, 3 success, 4 source is destination, 5 two destinations (MS-ASCMD 2.2.3.177.10). */
export type MoveStatus = 1 | 2 | 3 | 4 | 5 | 105;

export interface MoveReply {
  /** In the order of the requests. */
  statuses: MoveStatus[];
  /** `news`: something has come into the folder that the device that asked will be told by a Sync. */
  touched: { folderId: string; modseq: number; news: boolean }[];
}

/**
 * Moves items between folders. An item keeps its id. The next Sync of the source says a Delete and that of the
 * destination an Add (MS-ASCMD 2.2.1.12), also to the device that asked.
 */
export async function moveItems(
  repo: SyncStateRepo,
  mailbox: MailboxStore,
  requests: readonly MoveRequest[],
): Promise<MoveReply> {
  const folders = await mailbox.folders();
  const destinations = new Map<string, Set<string>>();
  for (const { itemId, to } of requests) {
    destinations.set(itemId, (destinations.get(itemId) ?? new Set<string>()).add(to));
  }
  const kinds = await kindsOf(mailbox, folders, requests);
  const groups = new Map<string, Group>();
  const statuses = requests.map((request): MoveStatus | Group => {
    // Which of the two is meant nobody can know: the item stays.
    if ((destinations.get(request.itemId)?.size ?? 0) > 1) return 5;
    const way = wayOf(folders, request, kinds.get(request.itemId));
    if (typeof way === 'number') return way;
    const name = JSON.stringify([way.from, way.to]);
    const group: Group = groups.get(name) ?? { ...way, itemIds: [], moved: new Map() };
    groups.set(name, group);
    group.itemIds.push(request.itemId);
    return group;
  });
  const touched = new Map<string, { modseq: number; news: boolean }>();
  for (const group of groups.values()) {
    const changes = await mailbox.move(group.itemIds, group.to, group.from);
    for (const { itemId, outcome, modseq } of changes) {
      if (outcome !== 'changed') continue;
      group.moved.set(itemId, modseq);
      for (const folderId of [group.from, group.to]) {
        const before = touched.get(folderId);
        const news = folderId === group.to || before?.news === true;
        touched.set(folderId, { modseq: Math.max(modseq, before?.modseq ?? 0), news });
      }
    }
    await noteMoved(repo, mailbox, group);
  }
  return {
    statuses: statuses.map((s, i) => {
      if (typeof s === 'number') return s;
      // R4208: also when it has been moved out before.
      return s.moved.has(requests[i]?.itemId ?? '') ? 3 : 1;
    }),
    touched: Array.from(touched, ([folderId, what]) => ({ folderId, ...what })),
  };
}

interface Group {
  from: string;
  to: string;
  itemIds: string[];
  moved: Map<string, number>;
}

/** What those items are that go into Deleted Items or out of it, which holds items of every class. */
async function kindsOf(
  mailbox: MailboxStore,
  folders: readonly Folder[],
  requests: readonly MoveRequest[],
): Promise<Map<string, ItemKind>> {
  const trash = folders.find((f) => f.role === 'deleted')?.folderId;
  const asked = requests.filter((r) => r.from === trash || r.to === trash).map((r) => r.itemId);
  if (asked.length === 0) return new Map();
  return new Map((await mailbox.itemStates([...new Set(asked)])).map((i) => [i.itemId, i.kind]));
}

/** The folders of a Move, or why it cannot be. */
function wayOf(
  folders: readonly Folder[],
  request: MoveRequest,
  kind: ItemKind | undefined,
): { from: string; to: string } | MoveStatus {
  const from = folderNamed(folders, request.from);
  if (from === undefined || isRecipientCache(from)) return 1;
  const to = folderNamed(folders, request.to);
  if (to === undefined) return 2;
  // The server alone fills it (MS-ASCMD 2.2.2, 105).
  if (isRecipientCache(to)) return 105;
  if (from.folderId === to.folderId) return 4;
  // An item does not change its class with its folder.
  const itemClass = kind === undefined ? from.itemClass : CLASS_OF_KIND[kind];
  const fits = itemClass === to.itemClass || to.role === 'deleted';
  return fits ? { from: from.folderId, to: to.folderId } : 2;
}

/** Notes in the shadow of the source that the device no longer has these items in its list. */
async function noteMoved(repo: SyncStateRepo, mailbox: MailboxStore, group: Group): Promise<void> {
  const held = repo.versions(group.from, [...group.moved.keys()]);
  if (held.size === 0) return;
  const states = await mailbox.itemStates([...held.keys()]);
  repo.write(() => {
    repo.put(
      group.from,
      states.map(({ itemId, receivedAt }) => ({ itemId, version: MOVED_AWAY, receivedAt })),
    );
  });
}
