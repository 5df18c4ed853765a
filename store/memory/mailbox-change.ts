import { NotFoundError } from '../../core/errors.ts';
import type { ExtendedProperties, LastVerb, NewMessage } from '../../core/mail/types.ts';
import type { ExtendedChange, ExtendedPatch, FlagChange, ItemChange } from '../../core/ports/mail.ts';
import { extendedMember, extendedText, patchedExtended } from '../extended.ts';
import { mergeFlagChanges } from '../normalise.ts';
import { allAt, goneFrom, type MailboxData, missing, noteRemoved, placed, touch } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export function setFlags(box: Box, changes: readonly FlagChange[]): ItemChange[] {
  const modseq = (box?.modseq ?? 0) + 1;
  return [...mergeFlagChanges(changes).values()].map((change): ItemChange => {
    const state = box?.items.get(change.itemId)?.state;
    if (state === undefined || box === undefined) return missing(change.itemId);
    const before = state.modseq;
    if (change.isRead !== undefined && change.isRead !== state.isRead) {
      Object.assign(state, { isRead: change.isRead, modseq, readModseq: modseq });
    }
    if (change.flag !== undefined && JSON.stringify(change.flag) !== JSON.stringify(state.flag)) {
      Object.assign(state, { flag: change.flag, modseq, flagModseq: modseq });
    }
    const { categories } = change;
    if (categories !== undefined && JSON.stringify(categories) !== JSON.stringify(state.categories)) {
      Object.assign(state, { categories, modseq, categoriesModseq: modseq });
    }
    if (state.modseq === before) return placed('unchanged', state);
    box.modseq = modseq;
    touch(box, state.folderId);
    return placed('changed', state);
  });
}

export function setExtended(box: Box, changes: readonly ExtendedChange[]): ItemChange[] {
  const modseq = (box?.modseq ?? 0) + 1;
  const patches = new Map<string, ExtendedPatch>();
  for (const { itemId, properties } of changes) {
    patches.set(itemId, { ...patches.get(itemId), ...properties });
  }
  return [...patches].map(([itemId, patch]) => {
    const state = box?.items.get(itemId)?.state;
    if (box === undefined || state === undefined) return missing(itemId);
    if (!patchExtended(state, patch)) return placed('unchanged', state);
    Object.assign(state, { modseq, contentModseq: modseq });
    box.modseq = modseq;
    touch(box, state.folderId);
    return placed('changed', state);
  });
}

/** Whether anything is different now. */
export function patchExtended(of: { extended?: ExtendedProperties }, patch: ExtendedPatch): boolean {
  const next = patchedExtended(of.extended, patch);
  if (extendedText(next) === extendedText(of.extended)) return false;
  delete of.extended;
  Object.assign(of, extendedMember(next));
  return true;
}

export function setLastVerb(box: Box, itemIds: readonly string[], verb: LastVerb, at: number): ItemChange[] {
  const modseq = (box?.modseq ?? 0) + 1;
  const lastVerbAt = verb === 0 ? null : at;
  return [...new Set(itemIds)].map((itemId) => {
    const entry = box?.items.get(itemId);
    if (box === undefined || entry === undefined) return missing(itemId);
    if (entry.lastVerb === verb && entry.lastVerbAt === lastVerbAt) return placed('unchanged', entry.state);
    Object.assign(entry, { lastVerb: verb, lastVerbAt });
    Object.assign(entry.state, { modseq, contentModseq: modseq });
    box.modseq = modseq;
    touch(box, entry.state.folderId);
    return placed('changed', entry.state);
  });
}

export function setImportance(
  box: Box,
  itemIds: readonly string[],
  importance: NewMessage['importance'],
): ItemChange[] {
  const modseq = (box?.modseq ?? 0) + 1;
  return [...new Set(itemIds)].map((itemId) => {
    const entry = box?.items.get(itemId);
    if (box === undefined || entry === undefined) return missing(itemId);
    const { message, state } = entry;
    if (message === null || message.importance === importance) return placed('unchanged', state);
    message.importance = importance;
    Object.assign(state, { modseq, contentModseq: modseq });
    box.modseq = modseq;
    touch(box, state.folderId);
    return placed('changed', state);
  });
}

export function move(box: Box, itemIds: readonly string[], toFolderId: string, from?: string): ItemChange[] {
  if (box?.folders.has(toFolderId) !== true) {
    if (itemIds.length === 0) return [];
    throw new NotFoundError('no such folder');
  }
  const first = box.modseq + 1;
  return [...new Set(itemIds)].map((itemId) => {
    const state = box.items.get(itemId)?.state;
    if (state === undefined) return missing(itemId);
    if (state.folderId === toFolderId) return placed('unchanged', state);
    if (from !== undefined && state.folderId !== from) return missing(itemId);
    const modseq = ++box.modseq;
    goneFrom(box, state.folderId).set(itemId, { modseq: first, rawKey: null });
    const left = box.folders.get(state.folderId);
    if (left !== undefined) left.contentModseq = first;
    goneFrom(box, toFolderId).delete(itemId);
    Object.assign(state, { folderId: toFolderId, createdModseq: modseq, ...allAt(modseq) });
    touch(box, toFolderId);
    return placed('changed', state);
  });
}

export function remove(box: Box, itemIds: readonly string[], now: number, from?: string): ItemChange[] {
  const modseq = (box?.modseq ?? 0) + 1;
  return [...new Set(itemIds)].map((itemId) => {
    const found = box?.items.get(itemId);
    if (box === undefined || found === undefined) return missing(itemId);
    const { folderId } = found.state;
    if (from !== undefined && folderId !== from) return missing(itemId);
    box.modseq = modseq;
    noteRemoved(box, found, folderId, now);
    goneFrom(box, folderId).set(itemId, { modseq, rawKey: found.message?.rawKey ?? null });
    touch(box, folderId);
    box.items.delete(itemId);
    box.reports.delete(itemId);
    return { itemId, outcome: 'changed', folderId, modseq };
  });
}
