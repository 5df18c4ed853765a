import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../../codecs/wbxml/index.ts';
import { findOccurrence } from '../../../../core/calendar/find.ts';
import { overridesOf } from '../../../../core/calendar/patch.ts';
import { formatLocal, parseLocal } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime } from '../../../../core/calendar/types.ts';
import { isOrganizer, type Self } from '../../../../core/scheduling/meeting.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { takeFields } from './fields.ts';
import { takePeople } from './people.ts';
import { occurrenceAt, ruleTimes, shownPattern, withOccurrence, withOverride } from './series.ts';
import { dateOf, saysTimes, takeTimes, timeElements, wireSeconds, withTimes } from './times.ts';
import { booleanOf, formatCompact, parseCompact } from './wire.ts';

/** Exceptions that an answer has at most (MS-ASCAL 2.2.2.21); requests may have a few more. */
const MAX_SHOWN = 256;
const MAX_TAKEN = 1024;

export interface OccurrenceFrame {
  version: Version;
  self: Self;
  /** Seconds since the epoch. */
  now: number;
}

/** The occurrence that a Compact DateTime of a device means; null when there is none of that day. */
export function occurrenceOfWire(event: CalendarEvent, text: string, version: Version): LocalDateTime | null {
  const wire = parseCompact(text);
  if (wire === null) return null;
  if (event.showWithoutTime !== true) return findOccurrence(event, wire * 1000);
  return findOccurrence(event, formatLocal(dateOf(event, wire, version)));
}

/** An occurrence with what a device says of it: what it leaves out stays, an empty element removes. */
export function takeOccurrence(
  series: CalendarEvent,
  key: LocalDateTime,
  data: WbxmlElement,
  frame: OccurrenceFrame,
): CalendarEvent | 'invalid' {
  const { version, self, now } = frame;
  const before = occurrenceAt(series, key);
  let next = before;
  if (saysTimes(data)) {
    const times = takeTimes(data, { version, now, present: before, zone: self.zone, isPart: true });
    if (times === 'invalid') return 'invalid';
    next = withTimes(next, times);
  }
  const organizes = isOrganizer(series, self);
  const fields = takeFields(next, data, { version, isGone: () => false, isOrganizer: organizes });
  if (fields === 'invalid') return 'invalid';
  const people = takePeople(fields, data, { version, self, isNew: false, clearAttendees: false });
  return people === 'invalid' ? people : withOccurrence(series, key, before, people);
}

/**
 * Exceptions of an Add or a Change, up to 14.1 (MS-ASCAL 2.2.2.22). Those that are not spoken of stay, and so does what is
 * left out of one (3.2.5.3.1). One at a time of no occurrence is passed over: there is nothing that it could change.
 */
export function takeExceptions(
  series: CalendarEvent,
  data: WbxmlElement,
  frame: OccurrenceFrame,
): CalendarEvent | 'invalid' {
  const elements = children(child(data, 'Calendar:Exceptions'), 'Calendar:Exception');
  if (elements.length > MAX_TAKEN) return 'invalid';
  let next = series;
  for (const element of elements) {
    const text = textOf(element, 'Calendar:ExceptionStartTime') ?? textOf(element, 'AirSyncBase:InstanceId');
    if (text === undefined || parseCompact(text) === null) return 'invalid';
    const deleted = booleanOf(element, 'Calendar:Deleted');
    if (deleted === 'invalid') return 'invalid';
    const key = occurrenceOfWire(next, text, frame.version);
    if (key === null) continue;
    const taken =
      deleted === true
        ? withOverride(next, key, { excluded: true })
        : takeOccurrence(next, key, element, frame);
    if (taken === 'invalid') return 'invalid';
    next = taken;
  }
  return next;
}

/** Renders the elements that a series and an exception both can have. */
export type Describe = (event: CalendarEvent) => WbxmlNode[];

/** There is no word for their having been removed; an exception that was not answered has no time of it (3.2.5). */
const NEVER_EMPTY = new Set(['AirSyncBase:Body', 'AirSyncBase:Attachments', 'Calendar:AppointmentReplyTime']);

/** The Exceptions element, or null when there are none that a device could place. */
export function exceptionsElement(
  event: CalendarEvent,
  version: Version,
  describe: Describe,
): WbxmlNode | null {
  if (shownPattern(event, version) === null) return null;
  const overrides = [...overridesOf(event)].sort(([a], [b]) => (a < b ? -1 : 1));
  const times = ruleTimes(
    event,
    overrides.flatMap(([key]) => parseLocal(key) ?? []),
  );
  const shown = overrides
    .filter(([key]) => times === null || times.has(parseLocal(key) ?? Number.NaN))
    // The latest ones matter most.
    .slice(-MAX_SHOWN);
  if (shown.length === 0) return null;
  return el(
    'Calendar:Exceptions',
    shown.map(([key, patch]) => exceptionElement(event, key, patch['excluded'] === true, version, describe)),
  );
}

function exceptionElement(
  event: CalendarEvent,
  key: LocalDateTime,
  deleted: boolean,
  version: Version,
  describe: Describe,
): WbxmlNode {
  const at = formatCompact(wireSeconds(event, parseLocal(key) ?? 0, version));
  const id = atLeast(version, '16.0')
    ? el('AirSyncBase:InstanceId', at)
    : el('Calendar:ExceptionStartTime', at);
  if (deleted) return el('Calendar:Exception', el('Calendar:Deleted', true), id);
  const occurrence = occurrenceAt(event, key);
  return el(
    'Calendar:Exception',
    id,
    timeElements(occurrence, version),
    differences(describe(event), describe(occurrence), version),
  );
}

/** What an occurrence has otherwise than its series; what it lacks is an empty element (MS-ASCAL 3.2.5.3.2). */
function differences(usual: WbxmlNode[], own: WbxmlNode[], version: Version): WbxmlNode[] {
  const before = new Map(usual.map((node) => [node.tag, node]));
  const nodes: WbxmlNode[] = [];
  for (const node of own) {
    const inherited = before.get(node.tag);
    before.delete(node.tag);
    if (inherited === undefined || JSON.stringify(inherited) !== JSON.stringify(node)) nodes.push(node);
  }
  for (const tag of before.keys()) {
    // Older versions have no empty Reminder (MS-ASCAL 2.2.2.38).
    const canBeEmpty = tag !== 'Calendar:Reminder' || atLeast(version, '14.1');
    if (canBeEmpty && !NEVER_EMPTY.has(tag)) nodes.push(el(tag));
  }
  return nodes;
}
