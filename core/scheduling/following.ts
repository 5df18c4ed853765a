/** This and following (RFC 5545 3.2.13): what a calendar makes of a series that its organizer changes from some day on. */
import { occurrences } from '../calendar/occurrences.ts';
import { splitAt } from '../calendar/split.ts';
import { formatLocal, parseLocal } from '../calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime, PatchObject, RecurrenceRule } from '../calendar/types.ts';
import { type Receiver, receivedEvent, type Version } from './received.ts';
import { instantOf } from './timing.ts';

const DAY_S = 86_400;
/** Occurrences that are written out one by one, where no rule says when they take place. */
const MAX_WRITTEN_OUT = 366;
const YEARS_MS = 12 * 366 * DAY_S * 1000;
const DAYS = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'] as const;

/** The series with nothing from this occurrence on; null when nothing is left of it. */
export function endedBefore(series: CalendarEvent, key: LocalDateTime): CalendarEvent | null {
  if (!isLater(key, series.start)) return null;
  const { relatedTo: _, ...before } = splitAt(series, key, series.uid).before;
  return { ...before, ...(series.relatedTo === undefined ? {} : { relatedTo: series.relatedTo }) };
}

/** UID here of what took place before a cut. */
function uidBefore(uid: string, key: LocalDateTime): string {
  return `${uid}-until-${key.replaceAll(/[-:]/g, '')}`;
}

export interface Following {
  /** What took place before, an event of its own; null where there was nothing. */
  before: CalendarEvent | null;
  /** This and following, as the organizer has it now, with the UID of the series: later messages are mostly about it. */
  after: CalendarEvent;
}

/**
 * The series from one of its occurrences on as the organizer sent it. All of these move by as much as the one, and keep
 * what is different in them alone.
 * @throws DomainError where the series cannot be cut.
 */
export function changedFrom(
  series: CalendarEvent,
  incoming: CalendarEvent,
  key: LocalDateTime,
  version: Version,
  receiver: Receiver,
): Following {
  const split = isLater(key, series.start) ? splitAt(series, key, uidBefore(series.uid, key)) : null;
  const uid = uidBefore(series.uid, key);
  const related = series.relatedTo ?? {};
  const { uid: organizersUid = series.uid, later = 0 } = series['waypost:part'] ?? {};
  const before: CalendarEvent | null =
    split === null
      ? null
      : {
          ...split.before,
          uid,
          relatedTo: { ...related, [series.uid]: { '@type': 'Relation', relation: { next: true } } },
          'waypost:part': { uid: organizersUid, ...(later === 0 ? {} : { later }) },
        };
  const rest: CalendarEvent = {
    ...(split?.after ?? series),
    uid: series.uid,
    ...(before === null
      ? {}
      : { relatedTo: { ...related, [uid]: { '@type': 'Relation', relation: { first: true } } } }),
  };
  const moved = (parseLocal(incoming.start) ?? 0) - (parseLocal(rest.start) ?? 0);
  const { recurrenceId: _, recurrenceIdTimeZone: __, ...said } = incoming;
  const { recurrenceRules: ___, recurrenceOverrides: ____, excludedRecurrenceRules: _____, ...once } = said;
  const part = { ...series['waypost:part'], later: later + moved };
  const whole: CalendarEvent = {
    ...once,
    timeZone: incoming.timeZone ?? null,
    ...movedRules({ ...rest, ...withoutFirst(rest) }, moved),
    ...(rest.relatedTo === undefined ? {} : { relatedTo: rest.relatedTo }),
    ...(part.later === 0 && part.uid === undefined ? {} : { 'waypost:part': part }),
  };
  return { before, after: receivedEvent(whole, rest, version, receiver) };
}

/** What was different in the first occurrence: it is that which the organizer sends now. */
function withoutFirst({ start, recurrenceOverrides = {} }: CalendarEvent): Rules {
  const { [start]: _, ...others } = recurrenceOverrides;
  return { recurrenceOverrides: others };
}

function isLater(a: LocalDateTime, b: LocalDateTime): boolean {
  return (parseLocal(a) ?? 0) > (parseLocal(b) ?? 0);
}

type Rules = Pick<CalendarEvent, 'recurrenceRules' | 'excludedRecurrenceRules' | 'recurrenceOverrides'>;

/** When a series takes place that takes place so many seconds later; from rules where they can say it. */
function movedRules(series: CalendarEvent, seconds: number): Rules {
  const { recurrenceRules = [], excludedRecurrenceRules, recurrenceOverrides } = series;
  const overrides = movedOverrides(recurrenceOverrides ?? {}, seconds);
  const start = parseLocal(series.start) ?? 0;
  const days = Math.floor((start + seconds) / DAY_S) - Math.floor(start / DAY_S);
  const rules = recurrenceRules.map((rule) => movedRule(rule, days, seconds));
  if (
    rules.every((rule) => rule !== null) &&
    (seconds === 0 || (excludedRecurrenceRules ?? []).length === 0)
  ) {
    return {
      ...(rules.length === 0 ? {} : { recurrenceRules: rules }),
      ...(excludedRecurrenceRules === undefined ? {} : { excludedRecurrenceRules }),
      ...(Object.keys(overrides).length === 0 ? {} : { recurrenceOverrides: overrides }),
    };
  }
  return { recurrenceOverrides: { ...writtenOut(series, seconds), ...overrides } };
}

function movedOverrides(
  overrides: Record<LocalDateTime, PatchObject>,
  seconds: number,
): Record<LocalDateTime, PatchObject> {
  if (seconds === 0) return { ...overrides };
  return Object.fromEntries(
    Object.entries(overrides).map(([key, patch]) => {
      const start = patch['start'];
      return [
        movedTime(key, seconds),
        typeof start === 'string' ? { ...patch, start: movedTime(start, seconds) } : patch,
      ];
    }),
  );
}

function movedTime(local: LocalDateTime, seconds: number): LocalDateTime {
  const at = parseLocal(local);
  return at === null ? local : formatLocal(at + seconds);
}

/** null: no rule of its kind says the same so much later. */
function movedRule(rule: RecurrenceRule, days: number, seconds: number): RecurrenceRule | null {
  if (seconds === 0) return rule;
  const { byHour, byMinute, bySecond, byDay, until } = rule;
  if (byHour !== undefined || byMinute !== undefined || bySecond !== undefined) return null;
  const ends = until === undefined ? {} : { until: movedTime(until, seconds) };
  if (days === 0) return { ...rule, ...ends };
  const others = [rule.byMonth, rule.byMonthDay, rule.byYearDay, rule.byWeekNo, rule.bySetPosition];
  if (others.some((one) => one !== undefined)) return null;
  if (byDay === undefined) {
    return rule.frequency === 'weekly' || rule.frequency === 'daily' ? { ...rule, ...ends } : null;
  }
  // Every other week: the days must not come into another one.
  if (rule.frequency !== 'weekly' || ((rule.interval ?? 1) > 1 && byDay.length > 1)) return null;
  const shifted = byDay.map((one) => {
    const at = DAYS.indexOf(one.day as (typeof DAYS)[number]);
    const day = DAYS[(((at + days) % 7) + 7) % 7];
    return { ...one, day: day ?? one.day };
  });
  return { ...rule, ...ends, byDay: shifted };
}

function writtenOut(series: CalendarEvent, seconds: number): Record<LocalDateTime, PatchObject> {
  const from = instantOf(series.start, series.timeZone) ?? 0;
  const { recurrenceOverrides: _, ...regular } = series;
  const times = occurrences(regular, { from, to: from + YEARS_MS, limit: MAX_WRITTEN_OUT });
  return Object.fromEntries(
    times.map(({ recurrenceId, local }) => [movedTime(recurrenceId ?? local, seconds), {}]),
  );
}
