import { ConflictError, NotFoundError } from '../../core/errors.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import type { InsertResult, ItemChange } from '../../core/ports/mail.ts';
import { extendedMember } from '../extended.ts';
import { normaliseMessage, replacedFolder } from '../normalise.ts';
import {
  type Entry,
  goneFrom,
  type MailboxData,
  missing,
  newState,
  noteRemoved,
  placed,
  touch,
} from './mailbox-data.ts';

/** All or nothing: folders are the only thing that can be wrong with a batch. */
export function insertMany(box: MailboxData | undefined, messages: readonly NewMessage[]): InsertResult[] {
  if (messages.length === 0) return [];
  if (box === undefined) throw new NotFoundError('no such folder');
  const wanted = messages.map((message) => normaliseMessage(message));
  const placedIn = wanted.map((message) => ({ message, folderId: targetOf(box, message) }));
  return placedIn.map(({ message, folderId }) => insertOne(box, message, folderId));
}

function targetOf(box: MailboxData, { folderId, folderRole }: NewMessage): string {
  const found =
    folderId === undefined
      ? [...box.folders.values()].find((f) => folderRole !== 'user' && f.role === folderRole)
      : box.folders.get(folderId);
  if (found === undefined) throw new NotFoundError('no such folder');
  return found.folderId;
}

function insertOne(box: MailboxData, message: NewMessage, folderId: string): InsertResult {
  const { itemId, rawKey, dedupeKey } = message;
  const itself = box.items.get(itemId);
  if (itself !== undefined) return answer('present', itself);
  const same = [...box.items.values()].find((e) => e.dedupeKey === dedupeKey);
  if (same !== undefined) return answer('duplicate', same);
  for (const [from, gone] of box.gone) {
    for (const [goneId, { modseq, rawKey: goneKey }] of gone) {
      if (goneKey !== rawKey) continue;
      const outcome = goneId === itemId ? 'present' : 'duplicate';
      return { outcome, itemId: goneId, folderId: from, modseq, rawKey };
    }
  }
  const { receivedAt, isRead, threadId, size, textSize, htmlSize } = message;
  const { extended, ...rest } = message;
  box.modseq++;
  const facts = { itemId, folderId, receivedAt, isRead, threadId, size, textSize, htmlSize };
  const entry: Entry = {
    state: {
      ...newState(box.modseq, facts),
      flag: structuredClone(message.flag ?? null),
      categories: [...(message.categories ?? [])],
      ...extendedMember(structuredClone(extended)),
    },
    dedupeKey,
    lastVerb: 0,
    lastVerbAt: null,
    message: rest,
    person: null,
    object: null,
  };
  box.items.set(itemId, entry);
  touch(box, folderId);
  return answer('inserted', entry);
}

function answer(outcome: InsertResult['outcome'], { state, message }: Entry): InsertResult {
  const { itemId, folderId, modseq } = state;
  return { outcome, itemId, folderId, modseq, rawKey: message?.rawKey ?? '' };
}

export function replaceContent(box: MailboxData | undefined, wanted: NewMessage): ItemChange {
  const message = normaliseMessage(wanted);
  const { itemId, rawKey, dedupeKey, receivedAt, threadId, size, textSize, htmlSize } = message;
  const entry = box?.items.get(itemId);
  if (box === undefined || entry === undefined) return missing(itemId);
  const before = entry.message?.rawKey;
  if (before === undefined || before === rawKey) return placed('unchanged', entry.state);
  const taken = [...box.items.values()].some((e) => e !== entry && e.dedupeKey === dedupeKey);
  if (taken) throw new ConflictError('exists already');
  const modseq = ++box.modseq;
  noteRemoved(box, entry, replacedFolder(before), receivedAt);
  goneFrom(box, replacedFolder(before)).set(itemId, { modseq, rawKey: before });
  Object.assign(entry, { message, dedupeKey });
  Object.assign(entry.state, {
    ...{ modseq, contentModseq: modseq },
    ...{ receivedAt, threadId, size, textSize, htmlSize },
  });
  touch(box, entry.state.folderId);
  return placed('changed', entry.state);
}
