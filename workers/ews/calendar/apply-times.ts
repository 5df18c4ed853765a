import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import { Budget } from '../../../core/calendar/recurrence/budget.ts';
import { timesOf } from '../../../core/calendar/recurrence/expand.ts';
import { compileRule } from '../../../core/calendar/recurrence/rule.ts';
import { DAY, formatLocal, type LocalSeconds, parseLocal } from '../../../core/calendar/time/civil.ts';
import type { CalendarEvent, RecurrenceRule } from '../../../core/calendar/types.ts';
import { localOf } from '../../../core/calendar/zones/convert.ts';
import { durationBetween } from '../../../core/calendar/zones/local-time.ts';
import { zoneOf } from '../../../core/calendar/zones/names.ts';
import { sameJson } from '../../../core/scheduling/equal.ts';
import type { Self } from '../../../core/scheduling/meeting.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { booleanOf } from '../items/editors/values.ts';
import { type Edit, lastOf } from './edits.ts';
import { spanAt } from './facts.ts';
import { readRecurrence } from './recurrence.ts';
import { readTime } from './times.ts';
import { readMeetingZone, readZone } from './zone-definition.ts';

/** Five years: longer ones are refused (MS-OXWSMTGS 3.1.4.4). */
const MAX_DURATION_MS = 1826 * DAY * 1000;
/** The first occurrence is looked for so far ahead. */
const HORIZON = 12 * 366 * DAY;
const HALF_HOUR_MS = 1_800_000;

export const TIME_FIELDS: ReadonlySet<string> = new Set(
  [
    ...['Start', 'End', 'Duration', 'IsAllDayEvent', 'StartTimeZone', 'EndTimeZone', 'MeetingTimeZone'],
    ...['StartTimeZoneId', 'EndTimeZoneId', 'StartWallClock', 'EndWallClock', 'Recurrence'],
  ].map((name) => `calendar:${name}`),
);

/** The zone that the request as a whole speaks of, or null. */
export function contextZone(context: Pick<EwsContext, 'timeZoneContext'>, now: number): string | null {
  return readZone(child(context.timeZoneContext, 'TimeZoneDefinition'), now);
}

export interface TimeFrame {
  self: Self;
  /** Of the request. */
  contextZone: string | null;
  /** Milliseconds since the epoch. */
  now: number;
  isNew: boolean;
  /** It is one occurrence: its series has the rules. */
  isPart: boolean;
}

/** The event with the times, the zone and the recurrence that a request says. @throws EwsError */
export function applyTimes(event: CalendarEvent, edits: readonly Edit[], frame: TimeFrame): CalendarEvent {
  const said = (name: string) => lastOf(edits, `calendar:${name}`);
  const recurrence = said('Recurrence');
  if (frame.isPart && recurrence !== undefined) {
    throw new EwsError('ErrorInvalidPropertySet', 'An occurrence has no recurrence of its own.');
  }
  const timed = withSpan(event, edits, frame);
  if (recurrence === null) return withoutRules(timed);
  if (recurrence !== undefined) return withRecurrence(event, timed, recurrence);
  return (event.recurrenceRules ?? []).length > 0 ? settled(event, timed) : timed;
}

function withSpan(event: CalendarEvent, edits: readonly Edit[], frame: TimeFrame): CalendarEvent {
  const said = (name: string) => lastOf(edits, `calendar:${name}`);
  const given = zoneOfEdits(edits, frame.now);
  const naive = given ?? frame.contextZone ?? 'Etc/UTC';
  const allDayElement = said('IsAllDayEvent');
  const wasAllDay = event.showWithoutTime === true;
  const allDay = allDayElement === undefined ? wasAllDay : allDayElement !== null && booleanOf(allDayElement);
  const [from, to] = [said('Start'), said('End')];
  if (from === null || to === null) throw new EwsError('ErrorInvalidPropertyDelete', 'An event has a time.');
  if (!frame.isNew && from === undefined && to === undefined && given === null && allDay === wasAllDay) {
    return event;
  }
  const before = frame.isNew ? null : spanAt(event, frame.self.zone);
  const start = from === undefined ? (before?.start ?? nextHalfHour(frame.now)) : timeOf(from, naive);
  const end = to === undefined ? (before?.end ?? start + HALF_HOUR_MS) : timeOf(to, naive);
  const late = frame.isNew && to === undefined ? start + HALF_HOUR_MS : end;
  if (late < start)
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'The event ends before it begins.');
  if (late - start > MAX_DURATION_MS)
    throw new EwsError('ErrorCalendarDurationIsTooLong', 'The event lasts longer than five years.');
  const kept = frame.isNew ? null : (event.timeZone ?? null);
  const { showWithoutTime: _, ...rest } = event;
  if (allDay) {
    const zone = given ?? kept;
    return {
      ...rest,
      ...daysOf(start, late, zone ?? frame.self.zone),
      timeZone: zone,
      showWithoutTime: true,
    };
  }
  const timeZone = given ?? kept ?? frame.contextZone ?? frame.self.zone;
  // An hour that comes twice keeps its name, whichever of both it was.
  const same = before?.start === start && timeZone === event.timeZone && !wasAllDay;
  return {
    ...rest,
    timeZone,
    start: same ? event.start : formatLocal(localOf(start, timeZone)),
    duration:
      same && before.end === late ? (event.duration ?? 'PT0S') : durationBetween(start, late, timeZone),
  };
}

function timeOf(element: XmlElement, zone: string): number {
  const at = readTime(element.text, zone);
  if (at === null) throw new SchemaError(`${element.name} is no time.`);
  return at;
}

function nextHalfHour(now: number): number {
  return Math.ceil(now / HALF_HOUR_MS) * HALF_HOUR_MS;
}

/** The zone that the fields name. @throws EwsError ErrorTimeZone where nobody knows it */
function zoneOfEdits(edits: readonly Edit[], now: number): string | null {
  for (const name of [
    'StartTimeZone',
    'StartTimeZoneId',
    'EndTimeZone',
    'EndTimeZoneId',
    'MeetingTimeZone',
  ]) {
    const element = lastOf(edits, `calendar:${name}`) ?? null;
    if (element === null) continue;
    const zone = name.endsWith('Id')
      ? zoneOf(element.text)
      : name === 'MeetingTimeZone'
        ? readMeetingZone(element, now)
        : readZone(element, now);
    if (zone !== null) return zone;
    if (name.startsWith('Start')) throw new EwsError('ErrorTimeZone', 'The time zone is not known.');
  }
  return null;
}

/** Whole days: from the midnight that is meant to the one after the last day. */
function daysOf(start: number, end: number, zone: string): Pick<CalendarEvent, 'start' | 'duration'> {
  const first = dayOf(start, zone, 'start');
  const last = Math.max(first + DAY, dayOf(end, zone, 'end'));
  return { start: formatLocal(first), duration: `P${Math.round((last - first) / DAY)}D` };
}

/** Midnight of the zone, or that of UTC, which clients mean who think in dates; else the day is begun. */
function dayOf(at: number, zone: string, edge: 'start' | 'end'): LocalSeconds {
  const local = localOf(at, zone);
  if (local % DAY === 0) return local;
  if (at % (DAY * 1000) === 0) return at / 1000;
  const day = Math.floor(local / DAY) * DAY;
  return edge === 'start' ? day : day + DAY;
}

function withoutRules(event: CalendarEvent): CalendarEvent {
  const { recurrenceRules: _, excludedRecurrenceRules: __, recurrenceOverrides: ___, ...rest } = event;
  return rest;
}

function withRecurrence(before: CalendarEvent, timed: CalendarEvent, element: XmlElement): CalendarEvent {
  const start = parseLocal(timed.start) ?? 0;
  const clock = start - Math.floor(start / DAY) * DAY;
  const { rule, startDate, regenerate } = readRecurrence(element, clock);
  if (regenerate) throw new SchemaError('only tasks can be regenerated.');
  const from = (parseLocal(`${startDate}T00:00:00`) ?? 0) + clock;
  const placed = placedOn({ ...timed, recurrenceRules: [rule] }, rule, from);
  return keepOverrides(before, placed);
}

/** The series with its first occurrence at or after a time: that is where Exchange lets it begin. */
function placedOn(event: CalendarEvent, rule: RecurrenceRule, from: LocalSeconds): CalendarEvent {
  const compiled = compileRule(rule, from);
  const budget = new Budget();
  const [first] =
    compiled === null
      ? []
      : timesOf({ rule: compiled, start: from, from, to: from + HORIZON, startCounts: false, budget });
  if (first === undefined)
    throw new EwsError('ErrorCalendarInvalidRecurrence', 'The recurrence has no occurrence.');
  return { ...event, start: formatLocal(first) };
}

/** A series that takes place at another hour: its end is one of the new hour, too. */
function settled(before: CalendarEvent, after: CalendarEvent): CalendarEvent {
  const [old, start] = [parseLocal(before.start), parseLocal(after.start)];
  const [rule] = after.recurrenceRules ?? [];
  if (old === null || start === null || rule === undefined || old === start)
    return keepOverrides(before, after);
  const clock = start - Math.floor(start / DAY) * DAY;
  const until = parseLocal(rule.until);
  const moved =
    until === null ? rule : { ...rule, until: formatLocal(Math.floor(until / DAY) * DAY + clock) };
  return keepOverrides(before, placedOn({ ...after, recurrenceRules: [moved] }, moved, start));
}

/** What was different in some occurrences stays only as long as the series takes place when it did. */
function keepOverrides(before: CalendarEvent, after: CalendarEvent): CalendarEvent {
  const same =
    before.start === after.start &&
    (before.timeZone ?? null) === (after.timeZone ?? null) &&
    sameJson(before.recurrenceRules, after.recurrenceRules);
  if (same) return after;
  const { recurrenceOverrides: _, excludedRecurrenceRules: __, ...rest } = after;
  return rest;
}
