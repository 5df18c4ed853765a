import { sizeOfText } from '../../core/pim/size.ts';
import type { NewPimItem, PimItem, PimKind } from '../../core/pim/types.ts';
import type { ObjectLine } from '../../core/ports/archive.ts';
import type { PimDue, PimDueOptions, PutOptions, PutResult, RangeCursor } from '../../core/ports/pim.ts';
import { extendedMember, normaliseExtended } from '../extended.ts';
import { LIMITS } from '../normalise.ts';
import { homeOf, normaliseObject, objectKey, type StoredObject } from '../normalise-object.ts';
import { compareText, fitText } from '../text.ts';
import { allAt, copy, type Entry, goneFrom, type MailboxData, newState, touch } from './mailbox-data.ts';

type Box = MailboxData | undefined;

export function putItem(box: Box, item: NewPimItem, options: PutOptions = {}): PutResult {
  const object = normaliseObject(item);
  if (object === null) return tooLarge(item);
  return put(box, object, options, (box?.modseq ?? 0) + 1);
}

export function putItems(box: Box, items: readonly NewPimItem[]): PutResult[] {
  const modseq = (box?.modseq ?? 0) + 1;
  const wanted = items.map((item) => ({ item, object: normaliseObject(item) }));
  const last = new Map(wanted.flatMap(({ object }) => (object === null ? [] : [[object.itemId, object]])));
  const results = new Map([...last].map(([itemId, object]) => [itemId, put(box, object, {}, modseq)]));
  return wanted.map(({ item, object }) => results.get(object?.itemId ?? '') ?? tooLarge(item));
}

function tooLarge({ itemId, folderId }: NewPimItem): PutResult {
  return { outcome: 'tooLarge', itemId, folderId, modseq: 0 };
}

function put(
  box: Box,
  object: StoredObject,
  { expect, announce = false }: PutOptions,
  modseq: number,
): PutResult {
  const { itemId, folderId, kind, facts, size, isRead, categories } = object;
  const entry = box?.items.get(itemId);
  if (box === undefined || entry === undefined) {
    const isThere = box?.folders.has(folderId) === true;
    if (isThere && typeof expect === 'number')
      return { outcome: 'conflict', itemId, folderId: '', modseq: 0 };
    if (box === undefined || !isThere) return { outcome: 'noFolder', itemId, folderId: '', modseq: 0 };
    box.modseq = modseq;
    const from = { itemId, folderId, isRead, size, receivedAt: facts.sortAt };
    box.items.set(itemId, {
      state: { ...newState(modseq, { ...from, threadId: '', textSize: 0, htmlSize: 0 }), kind, categories },
      ...{ dedupeKey: objectKey(itemId), lastVerb: 0, lastVerbAt: null, message: null, person: null },
      object: { ...object, toAnnounce: announce },
    });
    goneFrom(box, folderId).delete(itemId);
    touch(box, folderId);
    return { outcome: 'inserted', itemId, folderId, modseq };
  }
  const { state } = entry;
  const answer = (outcome: PutResult['outcome']): PutResult => {
    return { outcome, itemId, folderId: state.folderId, modseq: state.modseq };
  };
  if (entry.object?.document === object.document && state.kind === kind) return answer('present');
  const asExpected = expect === undefined || expect === state.modseq;
  if (!asExpected || entry.object === null || state.kind !== kind) return answer('conflict');
  box.modseq = modseq;
  const { flagModseq } = state;
  Object.assign(state, { receivedAt: facts.sortAt, isRead, size, categories, ...allAt(modseq), flagModseq });
  entry.object = { ...object, toAnnounce: announce || entry.object.toAnnounce };
  touch(box, state.folderId);
  return answer('changed');
}

export function pimItems(box: Box, itemIds: readonly string[]): PimItem[] {
  return [...new Set(itemIds)].flatMap((itemId) => itemOf(box?.items.get(itemId)));
}

export function itemsByUid(box: Box, kind: PimKind, uid: string): PimItem[] {
  const deleted = [...(box?.folders.values() ?? [])].find((f) => f.role === 'deleted')?.folderId;
  const wanted = fitText(uid, LIMITS.uid);
  return every(box).filter((i) => i.kind === kind && i.uid === wanted && i.folderId !== deleted);
}

export function eventsBetween(
  box: Box,
  folderIds: readonly string[],
  from: number,
  to: number,
  after: RangeCursor | null,
  limit: number,
): PimItem[] {
  const starts = (item: RangeCursor | PimItem) => item.startsAt ?? 0;
  const byStart = (a: RangeCursor | PimItem, b: RangeCursor | PimItem) =>
    starts(a) - starts(b) || compareText(a.itemId, b.itemId);
  return every(box)
    .filter((i) => i.kind === 'event' && folderIds.includes(i.folderId))
    .filter((i) => i.startsAt !== null && i.startsAt < to && i.endsAt !== null && i.endsAt > from)
    .filter((i) => after === null || byStart(i, after) > 0)
    .sort(byStart)
    .slice(0, limit);
}

export function pimPage(box: Box, folderId: string, afterItemId: string, limit: number): PimItem[] {
  return every(box)
    .filter((i) => i.folderId === folderId && compareText(i.itemId, afterItemId) > 0)
    .slice(0, limit);
}

export function pimIds(box: Box, afterItemId: string, limit: number): string[] {
  const ids = every(box).map((item) => item.itemId);
  return ids.filter((itemId) => compareText(itemId, afterItemId) > 0).slice(0, limit);
}

export function setReminder(box: Box, itemId: string, modseq: number, remindAt: number | null): boolean {
  const entry = box?.items.get(itemId);
  if (entry === undefined || entry.object === null || entry.state.modseq !== modseq) return false;
  entry.object.facts = { ...entry.object.facts, remindAt };
  return true;
}

export function announced(box: Box, itemId: string, modseq: number): boolean {
  const entry = box?.items.get(itemId);
  if (entry === undefined || entry.object === null || entry.state.modseq !== modseq) return false;
  entry.object.toAnnounce = false;
  return true;
}

export function duePim(
  mailboxes: readonly { mailboxId: string; data: MailboxData }[],
  what: 'reminder' | 'announce',
  { until, limit, after = null }: PimDueOptions,
): PimDue[] {
  const order = (a: PimDue, b: PimDue) =>
    compareText(a.mailboxId, b.mailboxId) || compareText(a.itemId, b.itemId);
  const isDue = ({ object }: Entry) => {
    if (object === null) return false;
    const { remindAt } = object.facts;
    return what === 'announce' ? object.toAnnounce : remindAt !== null && remindAt <= until;
  };
  return mailboxes
    .flatMap(({ mailboxId, data }) =>
      [...data.items.values()].filter(isDue).map((e) => ({ mailboxId, itemId: e.state.itemId })),
    )
    .filter((due) => after === null || order(due, after) > 0)
    .sort(order)
    .slice(0, limit);
}

/** As they were written down, whatever is there of them. */
export function restoreObjects(box: Box, lines: readonly ObjectLine[]): void {
  if (box === undefined || lines.length === 0) return;
  const modseq = ++box.modseq;
  for (const line of lines) {
    const { itemId, what: kind, isRead, flag, categories, receivedAt, document, toAnnounce } = line;
    const folderId = box.folders.has(line.folderId) ? line.folderId : homeOf(kind, box.folders.values());
    const { uid, startsAt, endsAt, remindAt, title } = line;
    const facts = { uid, sortAt: receivedAt, startsAt, endsAt, remindAt, title };
    const { total: size, files: filesSize } = sizeOfText(document);
    for (const [gone, ids] of box.gone) if (box.folders.has(gone)) ids.delete(itemId);
    const state = { itemId, folderId, receivedAt, isRead, size, threadId: '', textSize: 0, htmlSize: 0 };
    box.items.set(itemId, {
      state: {
        ...{ ...newState(modseq, state), kind, flag, categories: [...categories] },
        ...extendedMember(normaliseExtended(line.extended)),
      },
      ...{ dedupeKey: objectKey(itemId), lastVerb: 0, lastVerbAt: null, message: null, person: null },
      object: { itemId, folderId, kind, document, facts, size, filesSize, isRead, categories, toAnnounce },
    });
    touch(box, folderId);
  }
}

/** In order of their ids. */
function every(box: Box): PimItem[] {
  return [...(box?.items.values() ?? [])].flatMap(itemOf).sort((a, b) => compareText(a.itemId, b.itemId));
}

function itemOf(entry: Entry | undefined): PimItem[] {
  if (entry === undefined || entry.object === null) return [];
  const { document, facts } = entry.object;
  // `sortAt` and the time of the item are one.
  const state = { ...copy(entry.state), ...facts, sortAt: entry.state.receivedAt };
  return [{ ...state, document: JSON.parse(document) as unknown } as PimItem];
}
