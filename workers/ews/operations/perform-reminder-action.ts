import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { nextReminder } from '../../../core/calendar/reminder.ts';
import { formatUtc } from '../../../core/calendar/time/civil.ts';
import type { CalendarEvent, CalendarTask } from '../../../core/calendar/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { NewPimItem } from '../../../core/pim/types.ts';
import { dismissed, snoozed } from '../../../core/reminders/acknowledge.ts';
import { factsOf, selfOf } from '../calendar/facts.ts';
import { putObject, repeated } from '../calendar/store.ts';
import { readTime } from '../calendar/times.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey } from '../ids/id.ts';
import { loadViews } from '../items/load.ts';
import { demandOpen } from '../items/private.ts';
import type { ItemView } from '../items/view.ts';
import { errorMessage, ownFault, SUCCESS } from '../response-messages.ts';

const MAX_ACTIONS = 200;
const DAY = 86_400_000;

/** PerformReminderAction: reminders that were seen do not come again, or come again later. */
export const performReminderAction: Operation = async (request, context) => {
  const actions = children(child(request, 'ReminderItemActions'), 'ReminderItemAction');
  if (actions.length === 0 || actions.length > MAX_ACTIONS)
    throw new SchemaError('ReminderItemActions must hold 1 to 200 actions.');
  const ItemId: XmlObject[] = [];
  try {
    for (const action of actions) ItemId.push(await perform(action, context));
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    const failed = ownFault(context, 'PerformReminderAction', error);
    // The schema demands an id even then: those that were done, or else the one that was not.
    const ids =
      ItemId.length > 0 ? ItemId : [{ '@Id': attributeOf(child(actions[0] ?? null, 'ItemId'), 'Id') ?? '' }];
    return { ...errorMessage(failed), UpdatedItemIds: { ItemId: ids } };
  }
  return { ...SUCCESS, UpdatedItemIds: { ItemId } };
};

async function perform(action: XmlElement, context: EwsContext): Promise<XmlObject> {
  const id = child(action, 'ItemId');
  const type = textOf(action, 'ActionType');
  if (id === null || (type !== 'Dismiss' && type !== 'Snooze'))
    throw new SchemaError('an action is Dismiss or Snooze, of an item.');
  const again = type === 'Snooze' ? readTime(textOf(action, 'NewReminderTime') ?? '', 'Etc/UTC') : null;
  if (type === 'Snooze' && again === null)
    throw new EwsError('ErrorInvalidArgument', 'To snooze, NewReminderTime must be a time.');
  const [view] = await loadViews(context, [id]);
  if (view === undefined || view instanceof EwsError)
    throw view ?? new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const { box, state } = view;
  await box.demand(state.folderId, 'write');
  demandOpen(view);
  const seen = await seenUntil(view, context);
  const { itemId } = state;
  const put = await repeated(false, async () => {
    const [item] = await box.store.pimItems([itemId]);
    if (item?.kind !== 'event' && item?.kind !== 'task')
      throw new EwsError('ErrorInvalidOperation', 'Items of this class have no such reminders.');
    const now = context.services.now();
    const change = <T extends CalendarEvent | CalendarTask>(document: T): T => ({
      ...(again === null ? dismissed(document, seen) : snoozed(document, seen, again)),
      updated: formatUtc(now),
    });
    const { folderId } = item;
    const written: NewPimItem =
      item.kind === 'event'
        ? withFacts('event', itemId, folderId, change(item.document), now)
        : withFacts('task', itemId, folderId, change(item.document), now);
    return putObject(context, box, written, { before: item.size, expect: item.modseq });
  });
  await box.tell([{ folderId: put.folderId, modseq: put.modseq }]);
  return { '@Id': id.attributes['Id'] ?? '', '@ChangeKey': changeKey(put.modseq) };
}

function withFacts(
  kind: 'event' | 'task',
  itemId: string,
  folderId: string,
  document: CalendarEvent | CalendarTask,
  now: number,
): NewPimItem {
  const facts = pimFacts(kind, document as CalendarEvent & CalendarTask, now);
  return { itemId, folderId, kind, document, facts } as NewPimItem;
}

/** Until when reminders are seen by it: those that came up, and that of the occurrence that is meant. */
async function seenUntil(view: ItemView, context: EwsContext): Promise<number> {
  const now = context.services.now();
  const { pim, box } = view;
  if (pim?.kind !== 'event' && pim?.kind !== 'task') return now;
  const { zone } = await selfOf(box, context);
  const facts = view.occurrence === null ? null : await factsOf(view, context);
  if (facts !== null) {
    const own = nextReminder(facts.whole, facts.start - 31 * DAY, zone);
    for (let one = own; one !== null && one.at <= facts.end; one = nextReminder(facts.whole, one.at, zone)) {
      if (one.occurrence?.recurrenceId === view.occurrence) return Math.max(now, one.at);
    }
    return now;
  }
  // Of what does not recur all of it is meant.
  const next = nextReminder(pim.document, now, zone);
  const recurs = (pim.document.recurrenceRules ?? []).length > 0;
  return next === null || recurs ? now : Math.max(now, next.at);
}
