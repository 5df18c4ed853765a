import { isWithin } from '../../../core/folders/change.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import { withoutOccurrence } from '../../../core/scheduling/occurrence.ts';
import { toldSetting } from '../../../core/scheduling/told.ts';
import { completeOccurrence } from '../../../core/tasks/complete-occurrence.ts';
import { describeError } from '../../../platform/log.ts';
import { selfOf } from '../calendar/facts.ts';
import { presentEvent, sendsMeetings, writeEvent } from '../calendar/save-event.ts';
import { putObject, repeated } from '../calendar/store.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import type { ItemPlace } from '../folders/resolve.ts';
import { placeOf } from '../folders/resolve.ts';
import { whyHidden } from '../items/private.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { byPlace } from './each.ts';
import { moveViews } from './move.ts';

export interface DeleteOrder {
  toDeletedItems: boolean;
  /** SendMeetingCancellations, AffectedTaskOccurrences as given, or null. */
  sendMeetings: string | null;
  affectedTasks: string | null;
}

/** What was deleted is true; else why it was not. */
export type Deleted = Map<ItemView, true | EwsError>;

/**
 * Deletes items: into Deleted Items, or for good. What lies in Deleted Items goes for good in either case. How long the
 * mailbox keeps what is gone for good, retention and holds say (core/retention).
 */
export async function deleteViews(
  context: EwsContext,
  views: readonly ItemView[],
  order: DeleteOrder,
): Promise<Deleted> {
  const deleted: Deleted = new Map();
  const whole: ItemView[] = [];
  for (const view of views) {
    const hidden = whyHidden(view);
    if (hidden !== null) {
      deleted.set(view, hidden);
      continue;
    }
    const part = await deletePart(context, view, order).catch((error: unknown) => {
      if (error instanceof EwsError) return error;
      throw error;
    });
    if (part === null) whole.push(view);
    else deleted.set(view, part);
  }
  const silent = !sendsMeetings(order.sendMeetings);
  for (const { box, folderId, views: list } of byPlace(whole)) {
    const bin = order.toDeletedItems ? await binFor(box, folderId) : null;
    // Nothing is moved out of what the server itself fills.
    const cache = list.filter(({ state, message }) => state.kind === 'message' && message === null);
    const others = list.filter((view) => !cache.includes(view));
    if (bin === null) await removeViews(context, { box, folderId, views: list }, deleted);
    else {
      if (cache.length > 0) await removeViews(context, { box, folderId, views: cache }, deleted);
      for (const [view, moved] of await moveViews(context, others, bin, true)) {
        deleted.set(view, moved instanceof EwsError ? moved : true);
      }
    }
    if (silent) await forgetTold(box, list, deleted);
    else await tellOf(context, box, list, { deleted, uncopied: order.sendMeetings === 'SendOnlyToAll' });
  }
  return deleted;
}

/** Deleted Items of a mailbox; null when the folder is it, or lies below it. */
async function binFor(box: Box, folderId: string): Promise<ItemPlace | null> {
  const folders = await box.folders();
  const bin = folders.find((one) => one.role === 'deleted');
  if (bin === undefined || isWithin(folders, folderId, bin.folderId)) return null;
  // Whoever may delete may put it there, whatever else they may do with that folder.
  const { node } = box.own
    ? await placeOf(box, bin.folderId, 'read')
    : {
        node: {
          box,
          folderId: bin.folderId,
          parentId: null,
          displayName: '',
          folder: bin,
          modseq: bin.modseq,
        },
      };
  return { box, folderId: bin.folderId, folder: bin, node };
}

async function removeViews(
  { services }: EwsContext,
  { box, folderId, views }: { box: Box; folderId: string; views: ItemView[] },
  deleted: Deleted,
): Promise<void> {
  try {
    await box.demand(folderId, 'delete');
  } catch (error) {
    if (!(error instanceof EwsError)) throw error;
    for (const view of views) deleted.set(view, error);
    return;
  }
  const ids = views.map((view) => view.state.itemId);
  // Whoever is to hear of the end of a meeting is told below (tellOf), not by its leaving the calendar.
  const from = views.some(({ state }) => state.kind === 'event') ? undefined : folderId;
  const changes = new Map(
    (await box.store.remove(ids, services.now(), from)).map((one) => [one.itemId, one]),
  );
  let newest = 0;
  for (const view of views) {
    const change = changes.get(view.state.itemId);
    const gone = change !== undefined && change.outcome === 'changed';
    if (gone) newest = Math.max(newest, change.modseq);
    deleted.set(
      view,
      gone || new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.'),
    );
  }
  box.changed();
  if (newest > 0) await box.tell([{ folderId, modseq: newest }]);
}

/** Attendees hear of the end of a meeting, wherever it lay. */
async function tellOf(
  { services, correlationId, log }: EwsContext,
  { ref }: Box,
  views: readonly ItemView[],
  { deleted, uncopied }: { deleted: Deleted; uncopied: boolean },
): Promise<void> {
  const gone = views.filter((view) => view.state.kind === 'event' && deleted.get(view) === true);
  if (gone.length === 0) return;
  const jobs = gone.map(({ state }) => ({
    ...{ v: 1 as const, ...ref, itemId: state.itemId, correlationId },
    ...(uncopied ? { uncopied: true as const } : {}),
  }));
  await services.queues.scheduling(jobs).catch((error: unknown) => {
    // The items are gone: what is not told now is found by the cron.
    log.warn('ews.not-queued', { mailboxId: ref.mailboxId, error: describeError(error) });
  });
}

/** Attendees who are not to hear of the end of a meeting do not hear of it later either. */
async function forgetTold(box: Box, views: readonly ItemView[], deleted: Deleted): Promise<void> {
  for (const view of views) {
    if (view.state.kind !== 'event' || deleted.get(view) !== true) continue;
    const name = toldSetting(view.state.itemId);
    if ((await box.store.getSetting(name)) !== null) await box.store.putSetting(name, null);
  }
}

/** Deletes one occurrence of a series; null when it is the item as a whole that goes. @throws EwsError */
async function deletePart(context: EwsContext, view: ItemView, order: DeleteOrder): Promise<true | null> {
  const { kind } = view.state;
  if (kind === 'event' && order.sendMeetings === null) {
    throw new EwsError(
      'ErrorSendMeetingCancellationsRequired',
      'SendMeetingCancellations must be given for calendar items.',
    );
  }
  if (kind === 'task' && isSeries(view)) {
    if (order.affectedTasks === null) {
      throw new EwsError(
        'ErrorAffectedTaskOccurrencesRequired',
        'AffectedTaskOccurrences must be given for recurring tasks.',
      );
    }
    return order.affectedTasks === 'SpecifiedOccurrenceOnly' ? skipTask(context, view) : null;
  }
  return view.occurrence === null ? null : excludeOccurrence(context, view, view.occurrence, order);
}

function isSeries({ pim }: ItemView): boolean {
  return pim?.kind === 'task' && (pim.document.recurrenceRules?.length ?? 0) > 0;
}

async function excludeOccurrence(
  context: EwsContext,
  { box, state }: ItemView,
  occurrence: string,
  { sendMeetings }: DeleteOrder,
): Promise<true> {
  const { itemId, folderId } = state;
  await box.demand(folderId, 'delete');
  const folder = (await box.folders()).find((one) => one.folderId === folderId);
  if (folder === undefined) throw new EwsError('ErrorItemNotFound', 'The folder of the item has gone.');
  const self = await selfOf(box, context);
  const written = await repeated(false, async () => {
    const present = await presentEvent(box, itemId);
    const document = withoutOccurrence(present.document, occurrence);
    return writeEvent(
      context,
      { box, folder, expect: null, sendMeetings },
      { itemId, present, document, self },
    );
  });
  await box.tell([{ folderId: written.folderId, modseq: written.modseq, indexed: itemId }]);
  return true;
}

/** The occurrence of a recurring task that is open now is skipped; null when it is the last one. */
async function skipTask(context: EwsContext, { box, state }: ItemView): Promise<true | null> {
  const now = context.services.now();
  const { itemId, folderId } = state;
  await box.demand(folderId, 'delete');
  const [present] = await box.store.pimItems([itemId]);
  if (present?.kind !== 'task')
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const next = completeOccurrence(present.document, now, `${itemId}.skipped`)?.next ?? null;
  if (next === null) return null;
  const facts = pimFacts('task', next, now);
  const put = await putObject(
    context,
    box,
    { itemId, folderId: present.folderId, kind: 'task', document: next, facts },
    { before: present.size, expect: present.modseq },
  );
  await box.tell([{ folderId: put.folderId, modseq: put.modseq, indexed: itemId }]);
  return true;
}
