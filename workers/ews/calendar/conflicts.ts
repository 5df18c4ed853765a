import type { XmlObject } from '../../../codecs/soap/write.ts';
import { isPrivate } from '../../../core/access/private.ts';
import { busyOf } from '../../../core/calendar/marks.ts';
import type { EwsContext } from '../context.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { isoTime } from '../items/time.ts';
import { documentOf, type ItemView } from '../items/view.ts';
import { selfOf, spanAt } from './facts.ts';
import { calendarView } from './view.ts';

/** Most meetings of one kind that are told. */
const MAX_TOLD = 50;
/** What lasts longer meets so much that nobody is helped by a list of it. */
const MAX_SPAN_MS = 60 * 86_400_000;

export interface Neighbours {
  /** Take some of the same time. */
  conflicting: ItemView[];
  /** End when it begins, or begin when it ends. */
  adjacent: ItemView[];
}

/** What stands in the main calendar of the mailbox at the time of a meeting; null where that cannot be told. */
export async function neighboursOf(
  context: EwsContext,
  { box }: ItemView,
  { uid, start, end }: { uid: string; start: number; end: number },
): Promise<Neighbours | null> {
  const calendar = await box.store.folderByRole('calendar');
  if (calendar === null || end - start > MAX_SPAN_MS) return null;
  if (!(await box.access(calendar.folderId)).rights.has('read')) return null;
  const { zone } = await selfOf(box, context);
  const found: Neighbours = { conflicting: [], adjacent: [] };
  for (const view of await calendarView(context, box, calendar.folderId, start, end + 1, 10 * MAX_TOLD)) {
    const event = documentOf(view);
    if (event === null || view.pim?.kind !== 'event' || view.pim.document.uid === uid) continue;
    if (busyOf(event) === 'free' || event.status === 'cancelled') continue;
    if (!box.seesPrivate && isPrivate(view.pim.document)) continue;
    const span = spanAt(event, zone);
    if (span === null) continue;
    const touches = span.end === start || span.start === end;
    (touches ? found.adjacent : found.conflicting).push(view);
  }
  return found;
}

/** ConflictingMeetings, AdjacentMeetings; null where there are none. */
export async function neighboursElement(
  context: EwsContext,
  views: readonly ItemView[],
): Promise<XmlObject | null> {
  if (views.length === 0) return null;
  const CalendarItem: XmlObject[] = [];
  for (const view of views.slice(0, MAX_TOLD)) {
    const { box, state, occurrence } = view;
    const event = documentOf(view);
    const span = event === null ? null : spanAt(event, (await selfOf(box, context)).zone);
    if (event === null || span === null) continue;
    const { mailboxId } = box.ref;
    const { itemId, modseq } = state;
    const place = Object.values(event.locations ?? {})[0]?.name;
    CalendarItem.push({
      ItemId: {
        '@Id':
          occurrence === null
            ? encodeId({ kind: 'item', mailboxId, itemId })
            : encodeId({ kind: 'occurrence', mailboxId, itemId, occurrence }),
        '@ChangeKey': changeKey(modseq),
      },
      Subject: event.title ?? '',
      Start: isoTime(span.start),
      End: isoTime(span.end),
      LegacyFreeBusyStatus: BUSY[busyOf(event)],
      ...(place === undefined ? {} : { Location: place }),
    });
  }
  return { CalendarItem };
}

const BUSY = {
  free: 'Free',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
  elsewhere: 'WorkingElsewhere',
} as const;
