import type { FeedCursor, SnapshotCursor } from '../../../core/ports/mail.ts';
import { DataError } from '../../../shared/data/errors.ts';
import type { Handler } from '../context.ts';
import { emailView } from '../emails/view.ts';
import { type Box, openBox, readCursor } from '../scope.ts';

/** Behind every id of one modseq. */
const LAST_ID = '\uffff';

async function mailFolder(box: Box, place: string) {
  const folder = await box.folder(place);
  if (folder.itemClass !== 'Email') throw new DataError('INVALID_ARGUMENT', 'folder: it holds no messages');
  return folder;
}

export const listEmails: Handler<'listEmails'> = async (context, input) => {
  const before = readCursor(input.cursor);
  const box = await openBox(context, input);
  // The version first: what changes while the page is read is told by the changes since then.
  const { folderId, contentModseq } = await mailFolder(box, input.folder);
  const from: SnapshotCursor | null = before === null ? null : { receivedAt: before.at, itemId: before.id };
  const states = await box.store.snapshot(folderId, Number.MIN_SAFE_INTEGER, from, input.limit + 1);
  const shown = states.slice(0, input.limit);
  const last = shown.at(-1);
  const ids = shown.filter(({ kind }) => kind === 'message').map(({ itemId }) => itemId);
  return {
    items: (await box.store.messages(ids)).map(emailView),
    cursor: states.length > input.limit && last !== undefined ? `${last.receivedAt}/${last.itemId}` : null,
    modseq: contentModseq,
  };
};

export const listEmailChanges: Handler<'listEmailChanges'> = async (context, input) => {
  const at = readCursor(input.cursor);
  const box = await openBox(context, input);
  const { folderId, contentModseq } = await mailFolder(box, input.folder);
  const after: FeedCursor =
    at === null ? { modseq: input.since, itemId: LAST_ID } : { modseq: at.at, itemId: at.id };
  const entries = await box.store.changes(folderId, after, input.limit + 1);
  const changed = new Set<string>();
  const removed = new Set<string>();
  let last: FeedCursor | null = null;
  // In their order: what went and came back is there.
  for (const entry of entries.slice(0, input.limit)) {
    const { itemId, modseq } = entry.kind === 'item' ? entry.item : entry.tombstone;
    last = { modseq, itemId };
    const [to, other] = entry.kind === 'item' ? [changed, removed] : [removed, changed];
    if (entry.kind === 'item' && entry.item.kind !== 'message') continue;
    to.add(itemId);
    other.delete(itemId);
  }
  return {
    changed: (await box.store.messages([...changed])).map(emailView),
    removed: [...removed],
    cursor: entries.length > input.limit && last !== null ? `${last.modseq}/${last.itemId}` : null,
    modseq: contentModseq,
  };
};
