import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf } from '../../../codecs/soap/read.ts';
import { shownToOthers } from '../../../core/access/private.ts';
import type { Card } from '../../../core/contacts/types.ts';
import type { Correspondent, ItemState, Message } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { groupBy } from '../../../platform/bounded.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { decodeId, readChangeKey } from '../ids/id.ts';
import type { Box } from '../mailboxes.ts';
import { elementOf } from './element.ts';
import { occurrenceAt } from './occurrence-id.ts';
import { isoTime } from './time.ts';
import type { ItemView } from './view.ts';

/** An item that a request names. `changeKey` is the version that the client knows, null where it did not say. */
export interface ItemTarget {
  mailboxId: string;
  itemId: string;
  changeKey: number | null;
  /** Recurrence id of the occurrence that is meant. */
  occurrence: string | null;
  /** It is meant where it lies after it was removed for good. */
  removed?: boolean;
  /** Number of the occurrence from 1 on, where it is named by that. */
  instance: number | null;
}

/** Most items that one request names. */
const MAX_ITEMS = 1000;

const NOT_FOUND = 'The specified object was not found in the store.';

/**
 * One of ItemIds: ItemId, OccurrenceItemId, RecurringMasterItemId, RecurringMasterItemIdRanges (MS-OXWSCDATA 2.2.4.45).
 * @throws EwsError for an id that is none; SchemaError for another element
 */
function readTarget(element: XmlElement): ItemTarget {
  const changeKey = readChangeKey(attributeOf(element, 'ChangeKey'));
  const instance = element.name === 'OccurrenceItemId' ? instanceOf(element) : null;
  const id = decodeId(idOf(element));
  if (id.kind === 'removed') {
    return { ...id, changeKey, occurrence: null, instance: null, removed: true };
  }
  if (id.kind !== 'item' && id.kind !== 'occurrence') {
    throw new EwsError('ErrorInvalidIdMalformed', 'The Id is not that of an item.');
  }
  const { mailboxId, itemId } = id;
  if (element.name === 'RecurringMasterItemId' && id.kind === 'item') {
    throw new EwsError(
      'ErrorCalendarCannotUseIdForOccurrenceId',
      'The Id is not that of an occurrence of a recurring item.',
    );
  }
  const whole = element.name === 'RecurringMasterItemId' || element.name === 'RecurringMasterItemIdRanges';
  const occurrence = id.kind === 'occurrence' && !whole && instance === null ? id.occurrence : null;
  return { mailboxId, itemId, changeKey, occurrence, instance };
}

function idOf(element: XmlElement): string {
  switch (element.name) {
    case 'ItemId':
    case 'RecurringMasterItemIdRanges':
      return attributeOf(element, 'Id') ?? '';
    case 'OccurrenceItemId':
      return attributeOf(element, 'RecurringMasterId') ?? '';
    case 'RecurringMasterItemId':
      return attributeOf(element, 'OccurrenceId') ?? '';
    default:
      throw new SchemaError(`${element.name} is no id of an item.`);
  }
}

function instanceOf(element: XmlElement): number {
  const text = attributeOf(element, 'InstanceIndex') ?? '';
  if (!/^\d{1,9}$/.test(text)) throw new SchemaError('InstanceIndex is no number.');
  return Number(text);
}

/** The ids of a request (`ItemIds`). @throws SchemaError when there are none, or too many */
export function itemIdElements(ids: XmlElement | null): XmlElement[] {
  const list = ids?.children ?? [];
  if (list.length === 0) throw new SchemaError('no item is named.');
  if (list.length > MAX_ITEMS)
    throw new EwsError(
      'ErrorBatchProcessingStopped',
      `At most ${MAX_ITEMS} items may be named in one request.`,
    );
  return list;
}

/**
 * The items that elements of ids name, in their order, read together: an EwsError stands in the place of what is malformed,
 * not there, or not for this user (the last two look alike, I22).
 */
export async function loadViews(
  context: EwsContext,
  elements: readonly XmlElement[],
): Promise<(ItemView | EwsError)[]> {
  const targets = elements.map((element) => attempt(() => readTarget(element)));
  return loadTargets(context, targets);
}

function attempt<T>(act: () => T): T | EwsError {
  try {
    return act();
  } catch (error) {
    if (error instanceof EwsError && !(error instanceof SchemaError)) return error;
    throw error;
  }
}

/** The same for ids that were read. */
export async function loadTargets(
  context: EwsContext,
  targets: readonly (ItemTarget | EwsError)[],
): Promise<(ItemView | EwsError)[]> {
  const sound = targets.filter((one): one is ItemTarget => !(one instanceof EwsError) && !one.removed);
  const views = new Map<string, ItemView>();
  const failed = new Map<string, EwsError>();
  await Promise.all(
    [...groupBy(sound, (one) => one.mailboxId)].map(async ([mailboxId, asked]) => {
      const ids = [...new Set(asked.map((one) => one.itemId))];
      try {
        const box = await context.open({ id: mailboxId });
        for (const view of await viewsOf(box, await box.store.itemStates(ids))) {
          const { rights } = await box.access(view.state.folderId);
          if (rights.has('read')) views.set(`${mailboxId}|${view.state.itemId}`, view);
        }
      } catch (error) {
        if (!(error instanceof EwsError)) throw error;
        // A mailbox that is not there looks like an item that is not.
        for (const id of ids) failed.set(`${mailboxId}|${id}`, new EwsError('ErrorItemNotFound', NOT_FOUND));
      }
    }),
  );
  return targets.map((target) => {
    if (target instanceof EwsError) return target;
    // Nothing can be done with it there but to look at it and to move it back.
    if (target.removed) return new EwsError('ErrorItemNotFound', NOT_FOUND);
    const key = `${target.mailboxId}|${target.itemId}`;
    const view = views.get(key);
    if (view === undefined) return failed.get(key) ?? new EwsError('ErrorItemNotFound', NOT_FOUND);
    return attempt(() => occurrenceOf(view, target));
  });
}

/** The view of the very occurrence that is meant. @throws EwsError */
function occurrenceOf(view: ItemView, { occurrence, instance }: ItemTarget): ItemView {
  if (occurrence === null && instance === null) return view;
  if (view.pim?.kind !== 'event') throw new EwsError('ErrorItemNotFound', NOT_FOUND);
  return { ...view, occurrence: occurrenceAt(view.pim.document, { occurrence, instance }) };
}

/** Views of items by their ids, in their order; what is not there is left out. Nobody's rights are asked. */
export async function viewsById(box: Box, itemIds: readonly string[]): Promise<ItemView[]> {
  const views = await viewsOf(box, await box.store.itemStates([...new Set(itemIds)]));
  const byId = new Map(views.map((view) => [view.state.itemId, view]));
  return itemIds.flatMap((id) => byId.get(id) ?? []);
}

/** Views of items whose rows are known, in their order: at most three reads for all of them. */
export async function viewsOf(box: Box, states: readonly ItemState[]): Promise<ItemView[]> {
  const idsOf = (list: readonly ItemState[]) => list.map((state) => state.itemId);
  const mails = states.filter((state) => state.kind === 'message');
  const others = states.filter((state) => state.kind !== 'message');
  const [messages, objects] = await Promise.all([
    mails.length === 0 ? [] : box.store.messages(idsOf(mails)),
    others.length === 0 ? [] : box.store.pimItems(idsOf(others)),
  ]);
  const message = new Map(messages.map((one) => [one.itemId, one]));
  const rest = mails.filter((state) => !message.has(state.itemId));
  const people = rest.length === 0 ? [] : await box.store.correspondents(idsOf(rest));
  const pim = new Map(objects.map((one) => [one.itemId, one]));
  const person = new Map(people.map((one) => [one.itemId, one]));
  return states.map((state) => {
    const written = person.get(state.itemId);
    return viewOf(
      box,
      state,
      message.get(state.itemId) ?? null,
      pim.get(state.itemId) ?? (written === undefined ? null : correspondentItem(state, written)),
    );
  });
}

export function viewOf(
  box: Box,
  state: ItemState,
  message: Message | null,
  pim: PimItem | null,
  occurrence: string | null = null,
): ItemView {
  // Whoever looks into the mailbox of another sees of what is private only when it is.
  const shown = pim === null || box.seesPrivate ? pim : shownToOthers(pim);
  const hidden = shown !== pim;
  const element = elementOf(state, message, shown);
  return {
    ...{ box, element, message, pim: shown, occurrence },
    state: hidden ? { ...state, categories: [] } : state,
    extended: hidden ? {} : (state.extended ?? {}),
  };
}

/** Someone the user wrote to, as the contact that clients take them for. */
function correspondentItem(state: ItemState, { address, name }: Correspondent): PimItem {
  const document: Card = {
    '@type': 'Card',
    version: '1.0',
    uid: state.itemId,
    updated: isoTime(state.receivedAt),
    name: { full: name === '' ? address : name },
    emails: { email1: { address } },
  };
  const facts = { uid: state.itemId, sortAt: state.receivedAt, startsAt: null, endsAt: null, remindAt: null };
  return { ...state, ...facts, title: name === '' ? address : name, kind: 'contact', document };
}
