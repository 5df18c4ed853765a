import { textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { occurrenceDocument } from '../../../core/calendar/patch.ts';
import { nextReminder } from '../../../core/calendar/reminder.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { RangeCursor } from '../../../core/ports/pim.ts';
import { taskTime } from '../../../core/tasks/times.ts';
import { selfOf, spanAt } from '../calendar/facts.ts';
import { readTime } from '../calendar/times.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { isoTime } from '../items/time.ts';
import type { Box } from '../mailboxes.ts';
import { message } from '../response-messages.ts';

const DAY = 86_400_000;
const MAX_ITEMS = 200;
/** Events and tasks that are looked at, and reminders of one of them. */
const MAX_LOOKED_AT = 5000;
const MAX_OF_ONE = 20;
const PAGE = 500;
/** Reminders come so long before what they are of. */
const AHEAD = 31 * DAY;
/** Without a window, what came up in this time and will come soon. */
const USUAL = { before: 31 * DAY, after: 14 * DAY };

interface Reminder {
  at: number;
  start: number;
  end: number;
  element: XmlObject;
}

/** GetReminders: what the owner of the mailbox is to be reminded of, of events and tasks, by time. */
export const getReminders: Operation = async (request, context) => {
  const answer = await message(context, 'GetRemindersResponse', async () => {
    const now = context.services.now();
    const time = (name: string, usual: number) => {
      const text = textOf(request, name);
      const at = text === null ? usual : readTime(text, 'Etc/UTC');
      if (at === null) throw new SchemaError(`${name} is no time.`);
      return at;
    };
    const [from, to] = [time('BeginTime', now - USUAL.before), time('EndTime', now + USUAL.after)];
    const wanted = textOf(request, 'ReminderType') ?? 'All';
    const most = Number(textOf(request, 'MaxItems') ?? MAX_ITEMS);
    if (!(most >= 0 && most <= MAX_ITEMS))
      throw new EwsError('ErrorInvalidArgument', 'MaxItems must be between 0 and 200.');
    const all = await remindersOf(context, context.own, from, to);
    const shown = all.filter(({ end }) => wanted === 'All' || (wanted === 'Old') === end < now);
    shown.sort((a, b) => a.at - b.at);
    return { Reminders: { Reminder: shown.slice(0, most || MAX_ITEMS).map(({ element }) => element) } };
  });
  // The schema demands the list even of an error.
  return { Reminders: {}, ...answer };
};

async function remindersOf(context: EwsContext, box: Box, from: number, to: number): Promise<Reminder[]> {
  const { zone } = await selfOf(box, context);
  const found: Reminder[] = [];
  for await (const item of itemsOf(box, from, to)) {
    if ((item.kind !== 'event' && item.kind !== 'task') || !hasAlerts(item)) continue;
    let after = from - 1;
    for (let n = 0; n < MAX_OF_ONE; n++) {
      const next = nextReminder(item.document, after, zone);
      if (next === null || next.at > to) break;
      after = next.at;
      found.push(reminderOf(box, item, next.at, next.occurrence ?? wholeOf(item, zone)));
    }
  }
  return found;
}

/** A time that was set for itself is one of the whole event. */
function wholeOf(item: PimItem, zone: string): { recurrenceId: null; start: number; end: number } | null {
  const span = item.kind === 'event' ? spanAt(item.document, zone) : null;
  return span === null ? null : { recurrenceId: null, ...span };
}

function hasAlerts({ document }: PimItem & { kind: 'event' | 'task' }): boolean {
  return document.alerts !== undefined || document.recurrenceOverrides !== undefined;
}

async function* itemsOf(box: Box, from: number, to: number): AsyncGenerator<PimItem> {
  const folders = await box.folders();
  const calendars = folders
    .filter(({ itemClass }) => itemClass === 'Calendar')
    .map(({ folderId }) => folderId);
  let looked = 0;
  for (let after: RangeCursor | null = null; calendars.length > 0 && looked < MAX_LOOKED_AT; ) {
    const page: PimItem[] = await box.store.eventsBetween(calendars, from, to + AHEAD, after, PAGE);
    yield* page;
    looked += page.length;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    after = { startsAt: last.startsAt ?? 0, itemId: last.itemId };
  }
  looked = 0;
  for (const { folderId } of folders.filter(({ itemClass }) => itemClass === 'Tasks')) {
    for (let after = ''; looked < MAX_LOOKED_AT; ) {
      const page = await box.store.pimPage(folderId, after, PAGE);
      yield* page;
      looked += page.length;
      if (page.length < PAGE) break;
      after = page.at(-1)?.itemId ?? '';
    }
  }
}

function reminderOf(
  box: Box,
  item: PimItem & { kind: 'event' | 'task' },
  at: number,
  occurrence: { recurrenceId: string | null; start: number; end: number } | null,
): Reminder {
  const { mailboxId } = box.ref;
  const { itemId, modseq, document } = item;
  const own = occurrence?.recurrenceId ?? null;
  const master = { '@Id': encodeId({ kind: 'item', mailboxId, itemId }), '@ChangeKey': changeKey(modseq) };
  const isPart = item.kind === 'event' && own !== null;
  const shown = item.kind === 'event' && own !== null ? occurrenceDocument(item.document, own) : document;
  const due =
    item.kind === 'task' ? (taskTime(item.document, 'due') ?? taskTime(item.document, 'start')) : null;
  const start = occurrence?.start ?? due?.utc ?? at;
  const end = occurrence?.end ?? start;
  const place = Object.values(shown.locations ?? {})[0]?.name;
  const element: XmlObject = {
    Subject: shown.title ?? '',
    ...(place === undefined ? {} : { Location: place }),
    ReminderTime: isoTime(at),
    StartDate: isoTime(start),
    EndDate: isoTime(end),
    ItemId: isPart
      ? { ...master, '@Id': encodeId({ kind: 'occurrence', mailboxId, itemId, occurrence: own }) }
      : master,
    ...(isPart ? { RecurringMasterItemId: master } : {}),
    ReminderGroup: item.kind === 'event' ? 'Calendar' : 'Task',
    UID: document.uid,
  };
  return { at, start, end, element };
}
