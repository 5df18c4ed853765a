import { isPrivate } from '../../../core/access/private.ts';
import { checkRecurrence } from '../../../core/calendar/check.ts';
import { formatUtc } from '../../../core/calendar/time/civil.ts';
import type { CalendarTask } from '../../../core/calendar/types.ts';
import { DomainError } from '../../../core/errors.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { completeOccurrence } from '../../../core/tasks/complete-occurrence.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { storeExtended } from '../items/editors/stored.ts';
import type { SavedItem, SaveOrder } from '../items/property.ts';
import { changeCount } from '../items/tables/task.ts';
import type { StoredProperty } from '../items/view.ts';
import type { Told } from '../mailboxes.ts';
import { applyTask, statusOf } from './apply-task.ts';
import { contextZone } from './apply-times.ts';
import type { ObjectDraft } from './edits.ts';
import { selfOf } from './facts.ts';
import { readTask } from './mime.ts';
import { keepFiles, putObject, repeated, withLinks } from './store.ts';

type TaskItem = PimItem & { kind: 'task' };

/** Writes the task that a request makes or changes. Of one that recurs, its next occurrence takes the place of one that is done. */
export async function saveTask(
  draft: ObjectDraft,
  order: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const { services } = context;
  const { box } = order;
  const now = services.now();
  const self = await selfOf(box, context);
  const itemId = draft.view?.state.itemId ?? newId(now);
  const files = await keepFiles(context, box, itemId, draft.files);
  const zone = contextZone(context, now) ?? self.zone;
  const told: Told[] = [];
  const done: { itemId: string; modseq: number }[] = [];
  const written = await repeated(order.expect !== null, async () => {
    const present = draft.view === null ? null : await presentTask(order, itemId);
    const base = await baseOf(draft, present, itemId, context);
    const edited = withLinks(applyTask(base, draft.edits, { zone, now }), files, draft.dropped);
    const document: CalendarTask = { ...edited, updated: formatUtc(now) };
    const next = present === null ? null : await completed(context, order, present, document, { told, done });
    return write(context, order, itemId, present, next ?? document);
  });
  const kept: Record<string, StoredProperty | null> = { ...draft.kept, ...extended };
  if (draft.view !== null)
    kept['ews:task:ChangeCount'] = { type: 'Integer', value: String(changeCount(draft.view) + 1) };
  const status = statusOf(draft.edits);
  if (status !== null) {
    const isOwn = status === 'WaitingOnOthers' || status === 'Deferred';
    if (isOwn || draft.view?.extended['ews:task:Status'] !== undefined)
      kept['ews:task:Status'] = isOwn ? { type: 'String', value: status } : null;
  }
  const modseq =
    Object.keys(kept).length === 0 ? written.modseq : await storeExtended(box, itemId, kept, written.modseq);
  await box.tell([...told, { folderId: written.folderId, modseq, indexed: itemId }]);
  // The client holds what it has completed; the series goes on under the id that it had.
  return done.at(-1) ?? { itemId, modseq };
}

/** A new task that is not saved. */
export async function newTask(draft: ObjectDraft, context: EwsContext): Promise<CalendarTask> {
  const now = context.services.now();
  const zone = contextZone(context, now) ?? (await selfOf(context.own, context)).zone;
  const base = await baseOf(draft, null, newId(now), context);
  return applyTask(base, draft.edits, { zone, now });
}

async function presentTask({ box }: SaveOrder, itemId: string): Promise<TaskItem> {
  const [item] = await box.store.pimItems([itemId]);
  if (item?.kind !== 'task')
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  // Who may not see what it is may not change it either.
  if (!box.seesPrivate && isPrivate(item.document))
    throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return item;
}

async function baseOf(
  { mime }: ObjectDraft,
  present: TaskItem | null,
  itemId: string,
  { services }: EwsContext,
): Promise<CalendarTask> {
  const now = services.now();
  const stamp = formatUtc(now);
  const read = mime === null ? null : await readTask(mime, now);
  const made: CalendarTask = { '@type': 'Task', uid: itemId, created: stamp, updated: stamp, timeZone: null };
  if (present === null) return read === null ? made : { ...made, ...read };
  return read === null ? present.document : { ...read, uid: present.document.uid };
}

/** The series that goes on when an occurrence of it was completed; what is done is put beside it. null: nothing was. */
async function completed(
  context: EwsContext,
  order: SaveOrder,
  present: TaskItem,
  document: CalendarTask,
  { told, done }: { told: Told[]; done: { itemId: string; modseq: number }[] },
): Promise<CalendarTask | null> {
  if (document.progress !== 'completed' || present.document.progress === 'completed') return null;
  const { progress: _, progressUpdated: __, percentComplete: ___, ...open } = document;
  const at = Date.parse(document.progressUpdated ?? document.updated);
  const parts = completion(open, at, context);
  if (parts === null || parts.next === null) return null;
  const itemId = newId(context.services.now());
  const task = { ...parts.completed, uid: itemId };
  const put = await write(context, order, itemId, null, task, present.folderId);
  told.push({ folderId: put.folderId, modseq: put.modseq, indexed: itemId });
  done.push({ itemId, modseq: put.modseq });
  return parts.next;
}

function completion(task: CalendarTask, at: number, { services }: EwsContext) {
  try {
    checkRecurrence(task);
    return completeOccurrence(task, at, newId(services.now()));
  } catch (error) {
    if (error instanceof DomainError) throw new EwsError('ErrorCalendarInvalidRecurrence', error.message);
    throw error;
  }
}

function write(
  context: EwsContext,
  { box, folder, expect }: SaveOrder,
  itemId: string,
  present: TaskItem | null,
  document: CalendarTask,
  folderId = present?.folderId ?? folder.folderId,
) {
  const facts = pimFacts('task', document, context.services.now());
  return putObject(
    context,
    box,
    { itemId, folderId, kind: 'task', document, facts },
    { before: present?.size ?? 0, expect: present === null ? null : (expect ?? present.modseq) },
  );
}
