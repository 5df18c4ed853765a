import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { DAY, formatLocal, type LocalSeconds, parseLocal } from '../../../../core/calendar/time/civil.ts';
import { formatDuration, spanOrNothing } from '../../../../core/calendar/time/duration.ts';
import type { CalendarEvent, LocalDateTime } from '../../../../core/calendar/types.ts';
import { readTimeZone, writeTimeZone } from '../../../../core/calendar/zones/activesync.ts';
import { localOf, utcOf } from '../../../../core/calendar/zones/convert.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { booleanOf, dayOf, formatCompact, parseCompact, timeOf } from './wire.ts';

/** Of an event that has none: what floats comes with the zone of its owner (home.ts). */
const NO_ZONE = 'Etc/UTC';
const HALF_HOUR = 1800;
/** Devices whose daylight rules are not ours are an hour off midnight: still the same day. */
const NEAR_MIDNIGHT = 2 * 3600;

type Timed = Pick<CalendarEvent, 'start' | 'duration' | 'timeZone' | 'showWithoutTime'>;

function zoneOf({ timeZone }: Pick<CalendarEvent, 'timeZone'>): string {
  return timeZone ?? NO_ZONE;
}

/** Seconds since the epoch of a local time of an event. */
function utcSeconds(local: LocalSeconds, zone: string): number {
  return Math.floor(utcOf(local, zone) / 1000);
}

/** From 16.0 on whole days are dates that no zone moves: midnight in UTC (MS-ASCAL 2.2.2.1). */
function isDate({ showWithoutTime }: Pick<CalendarEvent, 'showWithoutTime'>, version: Version): boolean {
  return showWithoutTime === true && atLeast(version, '16.0');
}

/** A local time of an event as the device has it, in seconds since the epoch. */
export function wireSeconds(event: Timed, local: LocalSeconds, version: Version): number {
  return isDate(event, version) ? local : utcSeconds(local, zoneOf(event));
}

/** The local time of an event that the device means. */
export function localSeconds(event: Timed, wire: number, version: Version): LocalSeconds {
  return isDate(event, version) ? wire : localOf(wire * 1000, zoneOf(event));
}

/** Local beginning and end of an event; whole days end at a midnight. */
function localSpan(event: Timed): { start: LocalSeconds; days: number; seconds: number } {
  const start = parseLocal(event.start) ?? 0;
  const { days, seconds } = spanOrNothing(event.duration);
  if (event.showWithoutTime !== true)
    return { start, days: Math.max(0, days), seconds: Math.max(0, seconds) };
  return { start: dayOf(start), days: Math.max(1, days + Math.ceil(seconds / DAY)), seconds: 0 };
}

/** When an event begins and ends, in seconds since the epoch as a device of the version has it. */
function wireSpan(event: Timed, version: Version): { start: number; end: number } {
  const { start, days, seconds } = localSpan(event);
  return {
    start: wireSeconds(event, start, version),
    end: wireSeconds(event, start + days * DAY, version) + seconds,
  };
}

/** StartTime and EndTime. */
export function timeElements(event: Timed, version: Version): WbxmlNode[] {
  const { start, end } = wireSpan(event, version);
  return [el('Calendar:StartTime', formatCompact(start)), el('Calendar:EndTime', formatCompact(end))];
}

/** The structure of the zone, in the year of the event; whole days have none from 16.0 on (MS-ASCAL 2.2.2.1). */
export function zoneElement(event: Timed, version: Version): WbxmlNode | null {
  if (isDate(event, version)) return null;
  const { start } = wireSpan(event, version);
  return el('Calendar:Timezone', writeTimeZone(zoneOf(event), start * 1000));
}

/** What a device may leave out of the times, and what takes its place. */
export interface TimeFrame {
  version: Version;
  /** null for an Add. */
  present: Timed | null;
  /** Seconds since the epoch. */
  now: number;
  /** Zone of the owner, for times of a device that says nothing of theirs. */
  zone: string;
  /** It is one occurrence of a series: a whole day when the series is one (MS-ASCAL 2.2.2.1). */
  isPart?: boolean;
}

/** The times of an Add or a Change, or 'invalid' for Status 6. */
export function takeTimes(data: WbxmlElement, frame: TimeFrame): Required<Timed> | 'invalid' {
  const { version, present } = frame;
  const start = timeOf(data, 'Calendar:StartTime');
  const end = timeOf(data, 'Calendar:EndTime');
  const says = booleanOf(data, 'Calendar:AllDayEvent');
  if (start === 'invalid' || end === 'invalid' || says === 'invalid') return 'invalid';
  if (present === null) return takeNew(data, { start, end }, says ?? false, frame);
  // MS-ASCAL 3.2.5.3: an end without a beginning; from 16.0 on only what changes is sent.
  if (start === undefined && end !== undefined && frame.isPart !== true && !atLeast(version, '16.0'))
    return 'invalid';
  const allDay =
    frame.isPart === true
      ? present.showWithoutTime === true
      : (says ?? (present.showWithoutTime === true && areMidnights(data, present, version)));
  const timeZone = takeZone(data, allDay, start, frame);
  const before = wireSpan({ ...present, showWithoutTime: allDay }, version);
  if (start === undefined) return settle({ timeZone, allDay }, before.start, end ?? before.end, frame);
  const endStays = (frame.isPart === true || atLeast(version, '16.0')) && before.end > start;
  const to = end ?? (endStays ? before.end : start + before.end - before.start);
  return settle({ timeZone, allDay }, start, to, frame);
}

/** MS-ASCAL 3.2.4.4: what is missing comes from the time it is, rounded up to a half hour. */
function takeNew(
  data: WbxmlElement,
  given: { start: number | undefined; end: number | undefined },
  allDay: boolean,
  frame: TimeFrame,
): Required<Timed> | 'invalid' {
  const { now } = frame;
  const rounded = Math.ceil(now / HALF_HOUR) * HALF_HOUR;
  let { start, end } = given;
  if (start === undefined) {
    if (end !== undefined && (end < now || rounded > end)) return 'invalid';
    start = rounded;
    end ??= rounded + HALF_HOUR;
  } else if (end === undefined) {
    if (start > now) return 'invalid';
    end = rounded + HALF_HOUR;
  }
  const timeZone = takeZone(data, allDay, start, frame);
  return settle({ timeZone, allDay }, start, end, frame);
}

function takeZone(
  data: WbxmlElement,
  allDay: boolean,
  start: number | undefined,
  { version, present, zone }: TimeFrame,
): string | null {
  // A date has no zone; what an older device said of it stays.
  if (allDay && atLeast(version, '16.0')) return present?.timeZone ?? null;
  // Whole days without a zone are dates, whatever clock they are read on.
  const silent = present === null ? (allDay ? null : zone) : (present.timeZone ?? null);
  const structure = textOf(data, 'Calendar:Timezone');
  if (structure === undefined || structure.trim() === '') return silent;
  const at = (start ?? (present === null ? 0 : wireSpan(present, version).start)) * 1000;
  const prefer = present === null ? [zone] : [zoneOf(present), zone];
  return readTimeZone(structure, { prefer, at }) ?? silent;
}

function areMidnights(data: WbxmlElement, present: Timed, version: Version): boolean {
  return ['Calendar:StartTime', 'Calendar:EndTime'].every((tag) => {
    const time = parseCompact(textOf(data, tag) ?? '');
    return time === null || localSeconds(present, time, version) % DAY === 0;
  });
}

/** Local times out of those of the device. What did not change stays in its own words. */
function settle(
  { timeZone, allDay }: { timeZone: string | null; allDay: boolean },
  from: number,
  to: number,
  { version, present }: TimeFrame,
): Required<Timed> | 'invalid' {
  if (to < from) return 'invalid';
  const event = { start: '', timeZone, showWithoutTime: allDay };
  const start = localSeconds(event, from, version);
  const kept = present !== null && (present.showWithoutTime === true) === allDay ? present : null;
  if (allDay) {
    const first = dateOfMidnight(start, from, 'start');
    const last = Math.max(first + DAY, dateOfMidnight(localSeconds(event, to, version), to, 'end'));
    const days = Math.round((last - first) / DAY);
    const duration = kept !== null && localSpan(kept).days === days ? kept.duration : undefined;
    return {
      ...event,
      start: formatLocal(first),
      duration: duration ?? formatDuration({ days, seconds: 0 }),
    };
  }
  const next = { ...event, start: keptStart(kept, event, from, version) ?? formatLocal(start) };
  const before =
    kept === null ? null : wireSpan({ ...kept, ...next, duration: kept.duration ?? 'PT0S' }, version);
  const duration =
    before?.end === to ? (kept?.duration ?? 'PT0S') : formatDuration({ days: 0, seconds: to - from });
  return { ...next, duration };
}

/** An hour that comes twice keeps its name, whichever of both it was. */
function keptStart(
  kept: Timed | null,
  { timeZone }: { timeZone: string | null },
  from: number,
  version: Version,
): LocalDateTime | null {
  if (kept === null || (kept.timeZone ?? null) !== timeZone) return null;
  return wireSpan(kept, version).start === from ? kept.start : null;
}

/** The day that a time of a whole-day event means: midnight here, or that of UTC, or nearly, or within the day. */
function dateOfMidnight(local: LocalSeconds, wire: number, edge: 'start' | 'end'): LocalSeconds {
  if (local % DAY === 0) return local;
  if (wire % DAY === 0) return wire;
  const nearest = dayOf(local + DAY / 2);
  if (Math.abs(nearest - local) <= NEAR_MIDNIGHT) return nearest;
  return edge === 'start' ? dayOf(local) : dayOf(local) + DAY;
}

/** The day of a whole-day event that a time of a device means. */
export function dateOf(event: Timed, wire: number, version: Version): LocalSeconds {
  return dateOfMidnight(localSeconds(event, wire, version), wire, 'start');
}

/** Whether the data say anything of times. */
export function saysTimes(data: WbxmlElement): boolean {
  return ['StartTime', 'EndTime', 'AllDayEvent', 'Timezone'].some(
    (name) => child(data, `Calendar:${name}`) !== undefined,
  );
}

/** An event with these times, in the fewest words. */
export function withTimes(event: CalendarEvent, times: Required<Timed>): CalendarEvent {
  const { showWithoutTime: _showWithoutTime, ...rest } = event;
  const next: CalendarEvent = { ...rest, ...times };
  if (!times.showWithoutTime) delete next.showWithoutTime;
  if (times.duration === 'PT0S' && event.duration === undefined) delete next.duration;
  if (times.timeZone === null && event.timeZone === undefined) delete next.timeZone;
  return next;
}
