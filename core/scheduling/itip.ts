/** iTIP objects as text (RFC 5546): one meeting, or occurrences of one. What is read is bounded, and damage is no error. */
import type { ICalComponent, ICalLimits } from '../../codecs/ical/index.ts';
import { parseDuration } from '../calendar/time/duration.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import { DomainError } from '../errors.ts';
import { peopleFacts, propertyOf, versionFacts, wordOf } from './itip-facts.ts';
import { busyOf } from './received.ts';
import { instantOf, spanOf } from './timing.ts';
import { MAX_MEETING_BYTES, MEETING_METHODS, type MeetingFacts, type MeetingMethod } from './types.ts';

export interface Itip {
  method: MeetingMethod;
  uid: string;
  facts: MeetingFacts;
  /** The whole meeting, with what is different in some occurrences; null when only these came. */
  event: CalendarEvent | null;
  /**
   * Occurrences that came without the whole, each an event of its own, and when it would take place by the rules; and
   * those that stand for all that follow them.
   */
  occurrences: { event: CalendarEvent; at: number; following: boolean }[];
}

const LIMITS: ICalLimits = {
  size: 512 * 1024,
  lines: 20_000,
  lineLength: 256 * 1024,
  components: 500,
  depth: 4,
};
const MAX_UID = 1024;
const MAX_TEXT = 1024;

/**
 * Reads an iTIP object; null for what is none. `method` is that of the part's header, which counts where both say one.
 * Never rejects for what the text is.
 */
export async function parseItip(text: string, method: string | null): Promise<Itip | null> {
  // Loaded when the first invitation comes: most messages are none.
  const [{ parseICal, ICalError }, { readICal }] = await Promise.all([
    import('../../codecs/ical/index.ts'),
    import('../calendar/ical/read.ts'),
  ]);
  try {
    const calendar = parseICal(text, LIMITS).calendars[0];
    if (calendar === undefined) return null;
    const said = (method ?? wordOf(calendar, 'method')).trim().toUpperCase();
    const known = MEETING_METHODS.find((one) => one === said);
    const parts = calendar.components.filter(({ name }) => name === 'vevent');
    const main = parts.find((one) => propertyOf(one, 'recurrence-id') === undefined) ?? parts[0];
    const uid = main === undefined ? '' : wordOf(main, 'uid');
    if (known === undefined || main === undefined || uid === '' || uid.length > MAX_UID) return null;
    const documents = readICal(text, { limits: LIMITS, following: true }).documents.filter(
      (one): one is CalendarEvent => one['@type'] === 'Event' && one.uid === uid,
    );
    return assembled(known, uid, main, parts, documents);
  } catch (error) {
    if (error instanceof ICalError || error instanceof DomainError) return null;
    throw error;
  }
}

/** Methods whose object needs a time: the others name a meeting that is known already (RFC 5546 3.2). */
const TIMED: ReadonlySet<MeetingMethod> = new Set(['REQUEST', 'ADD', 'PUBLISH', 'COUNTER']);

function assembled(
  method: MeetingMethod,
  uid: string,
  main: ICalComponent,
  parts: readonly ICalComponent[],
  documents: readonly CalendarEvent[],
): Itip | null {
  const event = documents.find((one) => one.recurrenceId === undefined) ?? null;
  const occurrences = documents.flatMap(({ 'waypost:following': range, ...one }) => {
    const at =
      one.recurrenceId === undefined ? null : instantOf(one.recurrenceId, one.recurrenceIdTimeZone ?? null);
    if (at === null) return [];
    return [{ event: withMarks(one, partOf(parts, one)), at, following: range === true }];
  });
  const shown = event ?? occurrences[0]?.event ?? null;
  if (TIMED.has(method) && shown === null) return null;
  const named = propertyOf(main, 'recurrence-id');
  // An occurrence that cannot be told from others is none of them.
  const recurrenceAt = named === undefined ? null : (occurrences[0]?.at ?? namedAt(named.values[0]));
  if (named !== undefined && recurrenceAt === null) return null;
  const facts = factsOf(method, uid, main, shown === null ? null : withMarks(shown, main), recurrenceAt);
  if (recurrenceAt !== null && occurrences[0]?.following === true) facts.following = true;
  if (new TextEncoder().encode(JSON.stringify(facts)).length > MAX_MEETING_BYTES) return null;
  return { method, uid, facts, event: event === null ? null : withMarks(event, main), occurrences };
}

function partOf(parts: readonly ICalComponent[], { recurrenceId }: CalendarEvent): ICalComponent | undefined {
  if (parts.length === 1) return parts[0];
  return parts.find((part) => {
    const value = propertyOf(part, 'recurrence-id')?.values[0];
    return typeof value === 'string' && recurrenceId?.startsWith(value.slice(0, 10)) === true;
  });
}

/** Of an answer that says nothing of the meeting but which occurrence it means: in UTC, or as if it were. */
function namedAt(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(value)?.[0] ?? `${value.slice(0, 10)}T00:00:00`;
  return instantOf(local, null);
}

/** What Outlook says beside the standard (MS-OXCICAL 2.1.3.1.1.20). */
function withMarks(event: CalendarEvent, part: ICalComponent | undefined): CalendarEvent {
  if (part === undefined) return event;
  const intended = BUSY[wordOf(part, 'x-microsoft-cdo-intendedstatus').toUpperCase()];
  const noCounter = wordOf(part, 'x-microsoft-disallow-counter').toUpperCase() === 'TRUE';
  return {
    ...event,
    ...(intended === undefined ? {} : { 'waypost:busy': intended }),
    ...(noCounter ? { 'waypost:noCounter': true as const } : {}),
  };
}

const BUSY: Record<string, MeetingFacts['busy']> = {
  FREE: 'free',
  TENTATIVE: 'tentative',
  BUSY: 'busy',
  OOF: 'oof',
  WORKINGELSEWHERE: 'elsewhere',
};

function factsOf(
  method: MeetingMethod,
  uid: string,
  main: ICalComponent,
  event: CalendarEvent | null,
  recurrenceAt: number | null,
): MeetingFacts {
  const span = event === null ? null : spanOf(event);
  const proposes = method === 'COUNTER' && span !== null;
  return {
    method,
    uid,
    ...versionFacts(main),
    title: (event?.title ?? wordOf(main, 'summary')).slice(0, MAX_TEXT),
    ...peopleFacts(main, method),
    startsAt: span?.startsAt ?? null,
    endsAt: span?.endsAt ?? null,
    start: event?.start ?? null,
    zone: event?.timeZone ?? null,
    allDay: event?.showWithoutTime === true,
    location: Object.values(event?.locations ?? {})[0]?.name?.slice(0, MAX_TEXT) ?? '',
    rule: recurrenceAt === null ? (event?.recurrenceRules?.[0] ?? null) : null,
    recurrenceAt,
    busy: event === null ? 'busy' : busyOf(event),
    sensitivity: sensitivityOf(event),
    reminder: event === null ? null : reminderOf(event),
    proposed: proposes ? { startsAt: span.startsAt, endsAt: span.endsAt } : null,
  };
}

function sensitivityOf(event: CalendarEvent | null): MeetingFacts['sensitivity'] {
  if (event?.privacy === 'secret') return 3;
  return event?.privacy === 'private' ? 2 : 0;
}

const MAX_REMINDER = 60 * 24 * 366;

function reminderOf({ alerts }: CalendarEvent): number | null {
  for (const { trigger } of Object.values(alerts ?? {})) {
    if (trigger['@type'] !== 'OffsetTrigger' || trigger.relativeTo === 'end') continue;
    const span = parseDuration(trigger.offset);
    const minutes = span === null ? Number.NaN : -(span.days * 1440 + span.seconds / 60);
    if (Number.isInteger(minutes) && minutes >= 0 && minutes <= MAX_REMINDER) return minutes || 0;
  }
  return null;
}

const INTENDED = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  busy: 'BUSY',
  oof: 'OOF',
  elsewhere: 'WORKINGELSEWHERE',
} as const;

/**
 * The text of an iTIP object.
 *
 * @param at when it is said (DTSTAMP), milliseconds since the epoch
 */
export async function itipText(event: CalendarEvent, method: MeetingMethod, at: number): Promise<string> {
  const { writeICal } = await import('../calendar/ical/write.ts');
  const comment = Object.values(event.participants ?? {}).find(
    ({ participationComment }) => participationComment,
  );
  const properties: unknown[] = [
    ...(event['waypost:ical']?.properties ?? []),
    ['x-microsoft-cdo-intendedstatus', {}, 'unknown', INTENDED[busyOf(event)]],
    ...(event['waypost:noCounter'] === true ? [['x-microsoft-disallow-counter', {}, 'unknown', 'TRUE']] : []),
    ...((method === 'REPLY' || method === 'COUNTER') && comment !== undefined
      ? [['comment', {}, 'text', comment.participationComment]]
      : []),
    ...(event['waypost:forwardees'] ?? []).map(({ name, email }) => [
      'x-waypost-forwardee',
      name === '' ? {} : { cn: name },
      'cal-address',
      `mailto:${email}`,
    ]),
  ];
  const said: CalendarEvent = { ...event, 'waypost:ical': { ...event['waypost:ical'], properties } };
  return writeICal([said], { method, stamp: at });
}
