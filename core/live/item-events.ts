import type { Folder, ItemState, Tombstone } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { CopiedItem, LiveEvent } from './types.ts';

/** Of an event by which nothing came from anywhere else. */
export const ITSELF = { oldId: null, oldParentId: null } as const;

export type LiveMailbox = Pick<
  MailboxStore,
  'usage' | 'folders' | 'changes' | 'itemStates' | 'tombstonesOf' | 'messages'
>;

export interface Eyes {
  /** Whether the watcher may see a folder: what happens in another one is told as gone, or as come. */
  may(folderId: string): boolean;
  /** Which of these items are copies, as far as it was noted. */
  copies(itemIds: readonly string[]): Promise<CopiedItem[]>;
}

interface ItemFacts {
  mailbox: LiveMailbox;
  items: readonly ItemState[];
  gone: readonly Tombstone[];
  within(modseq: number): boolean;
  places: ReadonlyMap<string, Folder>;
  eyes: Eyes;
}

/** What the feeds say of items: entries of the watched folders, which are read beside each other. */
export async function itemEvents({
  mailbox,
  items,
  gone,
  within,
  places,
  eyes,
}: ItemFacts): Promise<LiveEvent[]> {
  const { may } = eyes;
  const came = items.filter((one) => within(one.createdModseq));
  const cameIds = came.map((one) => one.itemId);
  const goneIds = gone.map((one) => one.itemId);
  const [left, now, received, copied] = await Promise.all([
    cameIds.length === 0 ? [] : mailbox.tombstonesOf([...places.keys()], cameIds),
    goneIds.length === 0 ? [] : mailbox.itemStates(goneIds),
    receivedAmong(mailbox, came, places),
    cameIds.length === 0 ? [] : eyes.copies(cameIds),
  ]);
  const origin = originsOf(came, left);
  const copies = new Map(copied.map((one) => [one.itemId, one]));
  const present = new Map(now.map((one) => [one.itemId, one]));
  const events: LiveEvent[] = [];
  const moved = new Set<string>();
  for (const { itemId: id, folderId: parentId, modseq, createdModseq } of items) {
    const base = { of: 'item' as const, id, parentId, modseq, ...ITSELF };
    if (within(createdModseq)) {
      const from = origin.get(id);
      const copy = copies.get(id);
      if (from !== undefined && may(from.folderId)) {
        moved.add(`${id} ${from.modseq}`);
        events.push({ ...base, kind: 'moved', oldParentId: from.folderId, at: createdModseq });
      } else if (copy !== undefined && may(copy.fromFolderId)) {
        const old = { oldId: copy.fromItemId, oldParentId: copy.fromFolderId };
        events.push({ ...base, ...old, kind: 'copied', at: createdModseq });
      } else {
        events.push({ ...base, kind: 'created', at: createdModseq });
        if (from === undefined && copy === undefined && received.has(id))
          events.push({ ...base, kind: 'newMail', at: createdModseq });
      }
    }
    if (within(modseq) && modseq > createdModseq) events.push({ ...base, kind: 'modified', at: modseq });
  }
  for (const { itemId: id, folderId, modseq: at } of gone) {
    if (moved.has(`${id} ${at}`)) continue;
    const place = present.get(id);
    if (place === undefined || !may(place.folderId)) {
      events.push({
        of: 'item',
        kind: 'deleted',
        id,
        parentId: folderId,
        ...ITSELF,
        modseq: null,
        at,
      });
    } else {
      const { folderId: parentId, modseq } = place;
      events.push({ ...ITSELF, of: 'item', kind: 'moved', id, parentId, oldParentId: folderId, modseq, at });
    }
  }
  return events;
}

/** Where items were before they came: each move leaves word in the folder that it leads out of, the last one last. */
function originsOf(came: readonly ItemState[], left: readonly Tombstone[]): Map<string, Tombstone> {
  const since = new Map(came.map((one) => [one.itemId, one.createdModseq]));
  const origin = new Map<string, Tombstone>();
  for (const one of left) {
    if (one.modseq > (since.get(one.itemId) ?? 0)) continue;
    if (one.modseq > (origin.get(one.itemId)?.modseq ?? 0)) origin.set(one.itemId, one);
  }
  return origin;
}

/** Which of these came by mail, and were not put there by somebody. */
async function receivedAmong(
  mailbox: LiveMailbox,
  items: readonly ItemState[],
  places: ReadonlyMap<string, Folder>,
): Promise<Set<string>> {
  const ids = items
    .filter(({ kind, folderId }) => kind === 'message' && places.get(folderId)?.itemClass === 'Email')
    .map((one) => one.itemId);
  if (ids.length === 0) return new Set();
  const messages = await mailbox.messages(ids);
  return new Set(messages.filter((one) => one.verdict !== null && !one.isDraft).map((one) => one.itemId));
}
