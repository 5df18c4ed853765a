import { timingOf } from '../calendar/anchor.ts';
import { occurrenceDocument } from '../calendar/patch.ts';
import { Budget } from '../calendar/recurrence/budget.ts';
import { seriesOf, seriesTimes } from '../calendar/recurrence/series.ts';
import {
  dateOfDay,
  dayNumber,
  daysInMonth,
  formatLocal,
  type LocalSeconds,
  parseLocal,
} from '../calendar/time/civil.ts';
import type { CalendarTask, LocalDateTime, RecurrenceRule } from '../calendar/types.ts';
import { walk } from '../calendar/walk.ts';
import { localMs, localOf, utcOf } from './times.ts';

export interface Completion {
  /** The one that is done, by itself: a task without recurrence, with a UID of its own. */
  completed: CalendarTask;
  /** The series from its next occurrence on, open, under the UID that it had; null when that was the last one. */
  next: CalendarTask | null;
}

const DAY = 86_400;
/** Nobody waits longer for the next one, in milliseconds. */
const HORIZON = 200 * 366 * DAY * 1000;

/**
 * Completes the occurrence of a recurring task that is open now (its `start`, or else its `due`). One that regenerates
 * begins anew so long after it was completed (MS-ASTASK 2.2.2.21, MS-OXOTASK 2.2.2.2.15); others go on with their next
 * occurrence. null for a task that does not recur, or is not open.
 * @param at when it was completed, milliseconds since the epoch
 * @param uid of the completed one
 * @throws RecurrenceTooLargeError when its next occurrence takes too long to find
 */
export function completeOccurrence(task: CalendarTask, at: number, uid: string): Completion | null {
  const rule = task.recurrenceRules?.[0];
  const anchor = anchorOf(task);
  if (rule === undefined || anchor === null || task.progress === 'completed') return null;
  const when = utcOf(at);
  const following =
    task['waypost:task']?.regenerate === true ? regenerated(rule, anchor, at) : after(task, anchor);
  return {
    completed: closed(task, anchor, when, uid),
    next: following === null ? null : moved(task, rule, anchor, following, when),
  };
}

function anchorOf(task: CalendarTask): LocalSeconds | null {
  return timingOf(task)?.start ?? parseLocal(task['waypost:task']?.recurrenceStart);
}

function closed(task: CalendarTask, anchor: LocalSeconds, when: string, uid: string): CalendarTask {
  const shown = occurrenceDocument(task, formatLocal(anchor));
  const { recurrenceId: _i, recurrenceIdTimeZone: _z, ...one } = withoutSeries(shown);
  const {
    regenerate: _r,
    recurrenceStart: _s,
    calendarType: _c,
    isLeapMonth: _l,
    ...own
  } = task['waypost:task'] ?? {};
  return {
    ...withoutAlerts(one),
    ...{ uid, updated: when, progress: 'completed', progressUpdated: when, percentComplete: 100 },
    'waypost:task': { ...own, dateCompleted: when, deadOccur: true },
  };
}

function withoutSeries(task: CalendarTask): CalendarTask {
  const { recurrenceRules: _r, excludedRecurrenceRules: _e, recurrenceOverrides: _o, ...rest } = task;
  return rest;
}

function withoutAlerts(task: CalendarTask): CalendarTask {
  const { alerts: _, ...rest } = task;
  return rest;
}

/** The time by which the occurrence after this one goes; those that are left out do not count. */
function after(task: CalendarTask, anchor: LocalSeconds): LocalSeconds | null {
  const undated = task.start === undefined && task.due === undefined;
  const dated = undated ? { ...task, start: formatLocal(anchor) } : task;
  const from = (anchor - 2 * DAY) * 1000;
  for (const { recurrenceId } of walk(dated, { from, to: from + HORIZON, budget: new Budget() })) {
    const time = parseLocal(recurrenceId);
    if (time !== null && time > anchor) return time;
  }
  return null;
}

/** So many days, weeks, months or years after the day on which it was completed; the hour stays. */
function regenerated(rule: RecurrenceRule, anchor: LocalSeconds, at: number): LocalSeconds | null {
  if (rule.count !== undefined && rule.count <= 1) return null;
  const hour = ((anchor % DAY) + DAY) % DAY;
  const today = Math.floor(at / 1000 / DAY);
  const step = rule.interval ?? 1;
  const { year, month, day } = dateOfDay(today);
  const time = (days: number) => days * DAY + hour;
  switch (rule.frequency) {
    case 'daily':
      return until(rule, time(today + step));
    case 'weekly':
      return until(rule, time(today + 7 * step));
    case 'monthly':
    case 'yearly': {
      const months = year * 12 + month - 1 + step * (rule.frequency === 'yearly' ? 12 : 1);
      const [y, m] = [Math.floor(months / 12), (months % 12) + 1];
      return until(rule, time(dayNumber(y, m, Math.min(day, daysInMonth(y, m)))));
    }
    default:
      return null;
  }
}

function until({ until: last }: RecurrenceRule, time: LocalSeconds): LocalSeconds | null {
  const end = last === undefined ? null : parseLocal(last);
  return end !== null && time > end ? null : time;
}

/** The series with its next occurrence in front: all times by as much later, one occurrence fewer to come. */
function moved(
  task: CalendarTask,
  rule: RecurrenceRule,
  anchor: LocalSeconds,
  next: LocalSeconds,
  when: string,
): CalendarTask {
  const by = (next - anchor) * 1000;
  const later = (time: LocalDateTime) => localOf(localMs(time) + by);
  const { recurrenceOverrides, ...series } = task;
  const { start, due, alerts, recurrenceRules = [] } = series;
  // What lies behind the series would take place beside it (RFC 8984 4.3.5).
  const ahead = Object.entries(recurrenceOverrides ?? {}).filter(([id]) => id >= formatLocal(next));
  const own = task['waypost:task'];
  const count =
    rule.count === undefined ? {} : { count: Math.max(1, rule.count - passed(task, anchor, next)) };
  return {
    ...withoutAlerts(series),
    updated: when,
    ...(ahead.length === 0 ? {} : { recurrenceOverrides: Object.fromEntries(ahead) }),
    ...(start === undefined ? {} : { start: later(start) }),
    ...(due === undefined ? {} : { due: later(due) }),
    ...(alerts === undefined ? {} : { alerts: laterAlerts(alerts, by) }),
    recurrenceRules: [{ ...rule, ...count }, ...recurrenceRules.slice(1)],
    ...(own?.recurrenceStart === undefined
      ? {}
      : { 'waypost:task': { ...own, recurrenceStart: formatLocal(next) } }),
  };
}

/** Occurrences that are behind the series once it begins at `next`: those that are left out count, too. */
function passed(task: CalendarTask, anchor: LocalSeconds, next: LocalSeconds): number {
  if (task['waypost:task']?.regenerate === true) return 1;
  let count = 0;
  const times = seriesTimes(seriesOf(task, anchor), { from: anchor, to: next, budget: new Budget() });
  for (const time of times) if (time < next) count++;
  return count;
}

function laterAlerts(
  alerts: NonNullable<CalendarTask['alerts']>,
  by: number,
): NonNullable<CalendarTask['alerts']> {
  return Object.fromEntries(
    Object.entries(alerts).map(([id, { acknowledged: _, ...alert }]) => {
      const { trigger } = alert;
      if (trigger['@type'] !== 'AbsoluteTrigger') return [id, alert];
      return [id, { ...alert, trigger: { ...trigger, when: utcOf(Date.parse(trigger.when) + by) } }];
    }),
  );
}
