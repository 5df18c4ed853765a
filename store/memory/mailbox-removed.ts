import { NotFoundError } from '../../core/errors.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import type { RemovedCursor, RemovedMessage, RestoreResult } from '../../core/ports/removed.ts';
import { normaliseMessage, replacedFolder } from '../normalise.ts';
import { compareText } from '../text.ts';
import { goneFrom, type MailboxData } from './mailbox-data.ts';
import { insertMany } from './mailbox-insert.ts';

type Box = MailboxData | undefined;

export function removedMessages(
  box: Box,
  { since = 0, before = null, limit }: { since?: number; before?: RemovedCursor | null; limit: number },
): RemovedMessage[] {
  return recoverable(box)
    .filter((r) => r.removedAt >= since && (before === null || latestFirst(before, r) < 0))
    .slice(0, limit);
}

export function removedMessage(box: Box, itemId: string): RemovedMessage | null {
  return recoverable(box).find((r) => r.itemId === itemId) ?? null;
}

export function formerFolders(box: Box, itemId: string): string[] {
  const left: { folderId: string; modseq: number }[] = [];
  for (const [folderId, gone] of box?.gone ?? []) {
    const one = gone.get(itemId);
    if (one !== undefined && box?.folders.has(folderId)) left.push({ folderId, modseq: one.modseq });
  }
  return left.sort((a, b) => b.modseq - a.modseq).map((one) => one.folderId);
}

export function restore(box: Box, wanted: NewMessage & { folderId: string }): RestoreResult {
  const message = normaliseMessage(wanted);
  const { itemId, rawKey, dedupeKey } = message;
  const { folderId } = wanted;
  const present = box?.items.get(itemId)?.state;
  if (present !== undefined)
    return { outcome: 'present', folderId: present.folderId, modseq: present.modseq };
  if (box?.folders.has(folderId) !== true) throw new NotFoundError('no such folder');
  const note = box.removed.get(rawKey);
  const taken = [...box.items.values()].some((e) => e.dedupeKey === dedupeKey);
  if (note === undefined || note.purging || taken) return { outcome: 'gone', folderId: '', modseq: 0 };
  for (const gone of box.gone.values()) {
    for (const one of gone.values()) if (one.rawKey === rawKey) one.rawKey = null;
  }
  const [result] = insertMany(box, [wanted]);
  goneFrom(box, folderId).delete(itemId);
  box.removed.delete(rawKey);
  return { outcome: 'restored', folderId, modseq: result?.modseq ?? 0 };
}

export function beginPurge(box: Box, removedBefore: number, limit: number): string[] {
  if (box === undefined) return [];
  const live = new Set([...box.items.values()].map((e) => e.message?.rawKey));
  const due = [...box.removed.values()]
    .filter((r) => r.removedAt < removedBefore)
    .sort((a, b) => latestFirst(b, a))
    .slice(0, limit);
  for (const note of due) {
    if (live.has(note.rawKey)) box.removed.delete(note.rawKey);
    else note.purging = true;
  }
  return due.filter((note) => note.purging).map((note) => note.rawKey);
}

export function endPurge(box: Box, rawKeys: readonly string[]): void {
  for (const key of rawKeys) if (box?.removed.get(key)?.purging) box.removed.delete(key);
}

function recoverable(box: Box): RemovedMessage[] {
  return [...(box?.removed.values() ?? [])]
    .filter((r) => !r.purging && r.folderId !== replacedFolder(r.rawKey))
    .sort(latestFirst)
    .map(({ purging: _, ...note }) => structuredClone(note));
}

function latestFirst(a: RemovedCursor, b: RemovedCursor): number {
  return b.removedAt - a.removedAt || compareText(b.rawKey, a.rawKey);
}
