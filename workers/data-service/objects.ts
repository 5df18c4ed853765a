/** Events and contacts, as far as they are treated alike. */
import type { CalendarDocument } from '../../core/calendar/anchor.ts';
import { checkRecurrence } from '../../core/calendar/check.ts';
import type { CalendarEvent } from '../../core/calendar/types.ts';
import { isSoundField } from '../../core/contacts/check.ts';
import type { Card } from '../../core/contacts/types.ts';
import { fitsInto } from '../../core/folders/copy-items.ts';
import { derivedId } from '../../core/mail/sending/ids.ts';
import { pimFacts } from '../../core/pim/facts.ts';
import { sizeOfItem } from '../../core/pim/size.ts';
import { MAX_DOCUMENT_BYTES, type NewPimItem, type PimItem } from '../../core/pim/types.ts';
import type { PutOptions } from '../../core/ports/pim.ts';
import { openRoom } from '../../core/quota/room.ts';
import { newId } from '../../platform/ids.ts';
import { DataError } from '../../shared/data/errors.ts';
import type { DataContext } from './context.ts';
import { type Box, changedMeanwhile, mailboxFull, notThere } from './scope.ts';

export type Kind = 'event' | 'contact';
type ItemOf<K extends Kind> = PimItem & { kind: K };

/** Bytes by which an item may grow in a mailbox that is full. */
const SMALL_CHANGE = 1024;
const ATTEMPTS = 4;

/** An item as it was read, or as it was written just now. */
export type Written = Pick<
  PimItem,
  'itemId' | 'folderId' | 'modseq' | 'size' | 'document' | 'startsAt' | 'endsAt'
>;

export function itemView({ itemId, folderId, modseq, size, document }: Written) {
  return {
    ...{ id: itemId, folder: folderId, modseq, size },
    document: document as unknown as { '@type': string },
  };
}

export async function presentItem<K extends Kind>(box: Box, itemId: string, kind: K): Promise<ItemOf<K>> {
  const [item] = await box.store.pimItems([itemId]);
  if (item?.kind !== kind) throw notThere();
  return item as ItemOf<K>;
}

export interface Creation {
  kind: Kind;
  place: string;
  key: string | undefined;
  document: object;
}

/** A request that has a key makes the same item however often it comes. */
export async function createItem(
  context: DataContext,
  box: Box,
  { kind, place, key, document }: Creation,
  optionsOf: (document: CalendarEvent | Card) => PutOptions = () => ({}),
): Promise<Written> {
  const { now } = context.services;
  const folder = await box.folder(place);
  if (!fitsInto(kind, folder) || folder.role === 'deleted') {
    throw new DataError('INVALID_ARGUMENT', `folder: it holds no ${kind}s`);
  }
  const itemId = key === undefined ? newId(now()) : await derivedId(0, 'data', kind, box.ref.mailboxId, key);
  const [present] = key === undefined ? [] : await box.store.pimItems([itemId]);
  if (present?.kind === kind) return present;
  const stamp = stampOf(now());
  const whole = checked(kind, { uid: itemId, created: stamp, ...document, updated: stamp });
  return write(context, box, newItem(kind, itemId, folder.folderId, whole, now()), 0, {
    ...optionsOf(whole),
    expect: null,
  });
}

/**
 * Puts a merge patch over what is there. Somebody else's change in between is no fault, unless the caller said which
 * version is meant.
 */
export async function changeItem(
  context: DataContext,
  box: Box,
  { id, kind, patch, ifMatch }: { id: string; kind: Kind; patch: object; ifMatch: number | undefined },
  optionsOf: (document: CalendarEvent | Card, before: PimItem) => PutOptions = () => ({}),
): Promise<Written> {
  const { now } = context.services;
  for (let attempt = 1; ; attempt++) {
    const present = await presentItem(box, id, kind);
    if (ifMatch !== undefined && ifMatch !== present.modseq) throw changedMeanwhile();
    const { uid } = present.document;
    const merged = mergePatch(present.document, patch) as object;
    // What names the thing in the world stays what it is.
    const whole = checked(kind, { ...merged, uid, updated: stampOf(now()) });
    const item = newItem(kind, id, present.folderId, whole, now());
    try {
      return await write(context, box, item, present.size, {
        ...optionsOf(whole, present),
        expect: present.modseq,
      });
    } catch (error) {
      const lost = error instanceof DataError && error.code === 'ABORTED';
      if (!lost || ifMatch !== undefined || attempt >= ATTEMPTS) throw error;
    }
  }
}

function newItem(
  kind: Kind,
  itemId: string,
  folderId: string,
  document: CalendarEvent | Card,
  now: number,
): NewPimItem {
  const facts = pimFacts(kind, document as never, now);
  return { itemId, folderId, kind, document, facts } as NewPimItem;
}

async function write(
  { services }: DataContext,
  box: Box,
  item: NewPimItem,
  before: number,
  options: PutOptions,
): Promise<Written> {
  const { total, document: bytes } = sizeOfItem(item.document);
  const tooLarge = new DataError('INVALID_ARGUMENT', `document: more than ${MAX_DOCUMENT_BYTES} bytes`);
  if (bytes > MAX_DOCUMENT_BYTES) throw tooLarge;
  if (total - before > SMALL_CHANGE) {
    const room = await openRoom(services, box.ref, box.user);
    if (!room.take(total - before)) throw mailboxFull();
  }
  const result = await box.store.putItem(item, options);
  if (result.outcome === 'conflict') throw changedMeanwhile();
  if (result.outcome === 'noFolder') throw notThere();
  if (result.outcome === 'tooLarge') throw tooLarge;
  await box.tell([{ folderId: result.folderId, modseq: result.modseq, indexed: result.itemId }]);
  const { folderId, modseq } = result;
  return { ...item.facts, itemId: item.itemId, folderId, modseq, size: total, document: item.document };
}

/** What would harm those who look at it is kept out (A12, A13). */
function checked(kind: Kind, document: object): CalendarEvent | Card {
  if (kind === 'contact') {
    const card = { version: '1.0', ...document } as unknown as Card;
    const wrong = Object.entries(card).find(([name, value]) => !isSoundField(name, value));
    if (wrong !== undefined)
      throw new DataError('INVALID_ARGUMENT', `document.${wrong[0]}: not as RFC 9553 has it`);
    return card;
  }
  checkRecurrence(document as CalendarDocument);
  return document as CalendarEvent;
}

function stampOf(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** RFC 7396 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  // Names are data: `__proto__` is one like any other (A04).
  const merged = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
