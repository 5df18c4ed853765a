import type { ItemState } from '../mail/types.ts';
import type { FeedCursor, MailboxStore, SnapshotCursor } from '../ports/mail.ts';

/**
 * How far a client has followed a folder that tells its own state and keeps no list at the server. First it is told all
 * items, newest first, then what changed since it began.
 */
export interface FeedState {
  /** The client knows every item that came into the folder up to this modseq. */
  base: number;
  /** Where the first telling of all items is; null when it is over. `before` null: at its start. */
  telling: { before: SnapshotCursor | null } | null;
  cursor: FeedCursor;
  /** Steps since `base`: up to where each went, and the newest modseq of the folder then. */
  steps: readonly FeedStep[];
}

interface FeedStep {
  to: FeedCursor;
  head: number;
}

export type FeedNews =
  /** `known`: the client has the item. `readOnly`: only whether it was read has changed. */
  { kind: 'item'; item: ItemState; known: boolean; readOnly: boolean } | { kind: 'gone'; itemId: string };

export interface FeedPage {
  news: FeedNews[];
  state: FeedState;
  /** There is more to tell now. */
  more: boolean;
}

/** Steps that are remembered: beyond it an item that was changed while it was told may be told as new once more. */
const MAX_STEPS = 100;
/** Below every time that an item has: birthdays end before 1970. */
const FROM_THE_FIRST = Number.MIN_SAFE_INTEGER;

/** @param head contentModseq of the folder, read before */
export function beginFeed(head: number): FeedState {
  return { base: head, telling: { before: null }, cursor: { modseq: head + 1, itemId: '' }, steps: [] };
}

/**
 * The next part of what a client has to hear of a folder.
 *
 * @param head contentModseq of the folder, read before
 * @param room most entries
 */
export async function nextOfFeed(
  mailbox: MailboxStore,
  folderId: string,
  state: FeedState,
  head: number,
  room: number,
): Promise<FeedPage> {
  const news: FeedNews[] = [];
  let { telling } = state;
  while (telling !== null && news.length < room) {
    const wanted = room - news.length;
    const items = await mailbox.snapshot(folderId, FROM_THE_FIRST, telling.before, wanted);
    for (const item of items) {
      // What came in since the telling began is told after it.
      if (item.createdModseq <= state.base) news.push({ kind: 'item', item, known: false, readOnly: false });
    }
    const last = items.at(-1);
    telling =
      items.length < wanted || last === undefined
        ? null
        : { before: { receivedAt: last.receivedAt, itemId: last.itemId } };
  }
  if (telling !== null) return { news, state: { ...state, telling }, more: true };
  const left = room - news.length;
  const found = await mailbox.changes(folderId, state.cursor, left + 1);
  const page = found.slice(0, left);
  for (const entry of page) {
    if (entry.kind === 'gone') news.push({ kind: 'gone', itemId: entry.tombstone.itemId });
    else {
      const known = isKnown(state, entry.item);
      news.push({ kind: 'item', item: entry.item, known, readOnly: known && onlyRead(state, entry.item) });
    }
  }
  const last = page.at(-1);
  const place = last?.kind === 'item' ? last.item : last?.tombstone;
  const cursor = place === undefined ? state.cursor : { modseq: place.modseq, itemId: place.itemId };
  if (found.length <= left) {
    // A cursor without an item stands before its modseq, which may not have been given out yet.
    const reached = cursor.itemId === '' ? cursor.modseq - 1 : cursor.modseq;
    const base = Math.max(state.base, reached);
    return { news, state: { base, telling: null, cursor, steps: [] }, more: false };
  }
  const steps = [...state.steps, { to: cursor, head }].slice(-MAX_STEPS);
  return { news, state: { ...state, telling: null, cursor, steps }, more: true };
}

/**
 * Whether the client was told of an item before. One that came in after `base` was, when it stood within a step at the
 * time of that step: where it stood then, the modseqs of its aspects say.
 */
function isKnown({ base, steps }: FeedState, item: ItemState): boolean {
  if (item.createdModseq <= base) return true;
  const { itemId, createdModseq, readModseq, flagModseq, categoriesModseq, contentModseq, modseq } = item;
  const stood = [createdModseq, readModseq, flagModseq, categoriesModseq, contentModseq, modseq].filter(
    (one) => one >= createdModseq,
  );
  let from: FeedCursor = { modseq: base, itemId: '\uffff' };
  for (const { to, head } of steps) {
    const then = Math.max(0, ...stood.filter((one) => one <= head));
    const at = { modseq: then, itemId };
    if (isAfter(at, from) && !isAfter(at, to)) return true;
    from = to;
  }
  return false;
}

function isAfter(a: FeedCursor, b: FeedCursor): boolean {
  return a.modseq > b.modseq || (a.modseq === b.modseq && a.itemId > b.itemId);
}

function onlyRead({ cursor }: FeedState, item: ItemState): boolean {
  const { itemId, readModseq, flagModseq, categoriesModseq, contentModseq, modseq } = item;
  const rest = { modseq: Math.max(flagModseq, categoriesModseq, contentModseq), itemId };
  return readModseq === modseq && !isAfter(rest, cursor);
}
