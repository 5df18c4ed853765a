import { NotFoundError } from '../../core/errors.ts';
import { defaultFolder } from '../../core/mail/default-folders.ts';
import type { Correspondent, Folder } from '../../core/mail/types.ts';
import { CORRESPONDENTS_KEPT, mergePeople } from '../normalise.ts';
import { remove } from './mailbox-change.ts';
import { type MailboxData, newestFirst, newState, touch } from './mailbox-data.ts';

export function noteCorrespondents(
  box: MailboxData | undefined,
  people: readonly { address: string; name: string }[],
  now: number,
): void {
  const wanted = mergePeople(people);
  if (wanted.length === 0) return;
  if (box === undefined) throw new NotFoundError('no such mailbox');
  const modseq = box.modseq + 1;
  const { folderId } = cacheOf(box, modseq);
  box.modseq = modseq;
  for (const { address, name, dedupeKey } of wanted) {
    const known = [...box.items.values()].find((e) => e.dedupeKey === dedupeKey);
    if (known?.person !== undefined && known.person !== null) {
      known.person = { address, name: name || known.person.name, uses: known.person.uses + 1 };
      const receivedAt = Math.max(known.state.receivedAt, now);
      Object.assign(known.state, { modseq, contentModseq: modseq, receivedAt });
      touch(box, known.state.folderId);
      continue;
    }
    const itemId = crypto.randomUUID();
    const facts = { itemId, folderId, receivedAt: now, isRead: true, threadId: '' };
    box.items.set(itemId, {
      state: newState(modseq, { ...facts, size: 0, textSize: 0, htmlSize: 0 }),
      ...{ dedupeKey, lastVerb: 0, lastVerbAt: null, message: null, object: null },
      person: { address, name, uses: 1 },
    });
    touch(box, folderId);
  }
  const held = [...box.items.values()].map((e) => e.state).filter((s) => s.folderId === folderId);
  const tooMany = held.sort(newestFirst).slice(CORRESPONDENTS_KEPT);
  remove(
    box,
    tooMany.map((s) => s.itemId),
    now,
  );
}

function cacheOf(box: MailboxData, modseq: number): Folder {
  const found = [...box.folders.values()].find((f) => f.role === 'recipientCache');
  if (found !== undefined) return found;
  const { folderId, displayName, itemClass, role } = defaultFolder('recipientCache');
  const folder: Folder = {
    ...{ folderId, parentId: null, displayName, role, itemClass },
    ...{ modseq, createdModseq: modseq, contentModseq: 0 },
  };
  box.folders.set(folder.folderId, folder);
  return folder;
}

export function correspondents(box: MailboxData | undefined, itemIds: readonly string[]): Correspondent[] {
  return [...new Set(itemIds)].flatMap((itemId) => {
    const entry = box?.items.get(itemId);
    if (entry?.person === undefined || entry.person === null) return [];
    return { itemId, ...entry.person, lastUsedAt: entry.state.receivedAt };
  });
}
