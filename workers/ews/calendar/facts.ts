import { placed, timingOf } from '../../../core/calendar/anchor.ts';
import { isRecurring } from '../../../core/calendar/index.ts';
import { overridesOf } from '../../../core/calendar/patch.ts';
import type { CalendarEvent, LocalDateTime } from '../../../core/calendar/types.ts';
import { utcTime } from '../../../core/calendar/zones/local-time.ts';
import { isOrganizer, type OwnResponse, responseOf, type Self } from '../../../core/scheduling/meeting.ts';
import { attendeesOf } from '../../../core/scheduling/people.ts';
import { selfOfMailbox } from '../../../core/scheduling/self.ts';
import type { EwsContext } from '../context.ts';
import { documentOf, type ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';

export type CalendarItemKind = 'Single' | 'RecurringMaster' | 'Occurrence' | 'Exception';

/** What the properties of an event are told from. Times are milliseconds since the epoch. */
export interface EventFacts {
  /** Of an occurrence, with what is its own. */
  event: CalendarEvent;
  /** As it is kept: the series of an occurrence, else the same. */
  whole: CalendarEvent;
  kind: CalendarItemKind;
  self: Self;
  /** Of the event, or of its owner for what has none. */
  zone: string;
  start: number;
  end: number;
  /** When an occurrence takes place by the rules. */
  original: number | null;
  isMeeting: boolean;
  isOrganizer: boolean;
  isCancelled: boolean;
  response: OwnResponse;
}

const selves = new WeakMap<Box, Promise<Self>>();
/** Those that are read already: then nothing has to be waited for. */
const known = new WeakMap<Box, Self>();

/** The owner of a mailbox as meetings name them, read once in a request. */
export function selfOf(box: Box, { services }: Pick<EwsContext, 'services'>): Promise<Self> {
  let self = selves.get(box);
  if (self === undefined) {
    self = selfOfMailbox(services.directory, box.ref, box.user).then((read) => {
      known.set(box, read);
      return read;
    });
    selves.set(box, self);
  }
  return self;
}

const facts = new WeakMap<ItemView, EventFacts | null>();

/** null for what is no event, or a damaged one. A promise only before `selfOf` has read who owns the mailbox. */
export function factsOf(
  view: ItemView,
  context: Pick<EwsContext, 'services'>,
): EventFacts | null | Promise<EventFacts | null> {
  const self = known.get(view.box);
  return self === undefined
    ? selfOf(view.box, context).then((read) => factsOnce(view, read))
    : factsOnce(view, self);
}

function factsOnce(view: ItemView, self: Self): EventFacts | null {
  let found = facts.get(view);
  if (found === undefined) {
    found = factsWith(view, self);
    facts.set(view, found);
  }
  return found;
}

function factsWith(view: ItemView, self: Self): EventFacts | null {
  const event = documentOf(view);
  if (event === null || view.pim?.kind !== 'event') return null;
  const whole = view.pim.document;
  const span = spanAt(event, self.zone);
  if (span === null) return null;
  const zone = event.timeZone ?? self.zone;
  return {
    ...{ event, whole, self, zone, ...span },
    kind: kindOf(whole, view.occurrence),
    original: originalOf(event, zone),
    isMeeting: Object.keys(event.participants ?? {}).length > 0,
    isOrganizer: isOrganizer(event, self),
    isCancelled: event.status === 'cancelled',
    response: responseOf(event, self),
  };
}

/** Begin and end of an event, the first one of a series; what floats is meant in `zone`. */
export function spanAt(event: CalendarEvent, zone: string): { start: number; end: number } | null {
  const timing = timingOf(event);
  return timing === null ? null : placed(timing.start, timing, zone);
}

export function kindOf(whole: CalendarEvent, occurrence: LocalDateTime | null): CalendarItemKind {
  if (occurrence === null) return isRecurring(whole) ? 'RecurringMaster' : 'Single';
  return Object.keys(overridesOf(whole).get(occurrence) ?? {}).length > 0 ? 'Exception' : 'Occurrence';
}

function originalOf({ recurrenceId, recurrenceIdTimeZone }: CalendarEvent, zone: string): number | null {
  return recurrenceId === undefined ? null : utcTime(recurrenceId, recurrenceIdTimeZone ?? zone);
}

/** Begin of an event as lists are sorted by it, without a look at its owner. */
export function startOf(view: ItemView): number | null {
  const event = documentOf(view);
  return event === null ? null : (spanAt(event, 'Etc/UTC')?.start ?? null);
}

export function endOf(view: ItemView): number | null {
  const event = documentOf(view);
  return event === null ? null : (spanAt(event, 'Etc/UTC')?.end ?? null);
}

/** Whether anybody was asked to come, as far as the event says. */
export function wasSent(event: CalendarEvent): boolean {
  return attendeesOf(event).some(([, { participationStatus }]) => participationStatus !== undefined);
}
