/** What others see of what is private (RFC 8984 4.4.3). */
import type { CalendarEvent, CalendarTask } from '../calendar/types.ts';
import type { PimItem } from '../pim/types.ts';

type EventItem = Extract<PimItem, { kind: 'event' }>;

/** Whether an event or a task, or an occurrence of it, is for its owner alone. */
export function isPrivate({
  privacy,
  recurrenceOverrides,
}: Pick<CalendarEvent, 'privacy' | 'recurrenceOverrides'>): boolean {
  const hides = (value: unknown) => value === 'private' || value === 'secret';
  return hides(privacy) || Object.values(recurrenceOverrides ?? {}).some((patch) => hides(patch['privacy']));
}

/** Only what says when (RFC 8984 4.4.3: private). */
const WHEN = [
  ...['@type', 'uid', 'updated', 'created', 'sequence', 'start', 'duration', 'timeZone', 'showWithoutTime'],
  ...['status', 'freeBusyStatus', 'waypost:busy', 'privacy', 'recurrenceRules', 'excludedRecurrenceRules'],
] as const;
const WHEN_OF_PATCH = new Set([
  'excluded',
  'start',
  'duration',
  'timeZone',
  'status',
  'freeBusyStatus',
  'waypost:busy',
]);

/** When it takes place, and nothing else. */
export function bare(document: CalendarEvent): CalendarEvent {
  const kept = Object.fromEntries(WHEN.flatMap((name) => (name in document ? [[name, document[name]]] : [])));
  const overrides = Object.entries(document.recurrenceOverrides ?? {}).map(([id, patch]) => [
    id,
    Object.fromEntries(Object.entries(patch).filter(([path]) => WHEN_OF_PATCH.has(path))),
  ]);
  return {
    ...(kept as unknown as CalendarEvent),
    ...(overrides.length === 0 ? {} : { recurrenceOverrides: Object.fromEntries(overrides) }),
  };
}

export function withoutWords(item: EventItem): EventItem {
  return { ...item, title: '', categories: [], remindAt: null, document: bare(item.document) };
}

/** An item of a mailbox as somebody else sees it: of what is private only when it is, or that it is there. */
export function shownToOthers(item: PimItem): PimItem {
  if (item.kind === 'event') return isPrivate(item.document) ? withoutWords(item) : item;
  if (item.kind !== 'task' || !isPrivate(item.document)) return item;
  const { uid, updated, privacy, progress } = item.document;
  const document: CalendarTask = {
    ...{ '@type': 'Task', uid, updated },
    ...(privacy === undefined ? {} : { privacy }),
    ...(progress === undefined ? {} : { progress }),
  };
  return { ...item, title: '', categories: [], remindAt: null, document };
}
