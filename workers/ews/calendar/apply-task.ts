import { DAY, formatLocal, parseLocal } from '../../../core/calendar/time/civil.ts';
import type { CalendarTask } from '../../../core/calendar/types.ts';
import { localOf as localIn } from '../../../core/calendar/zones/convert.ts';
import { taskTime, utcOf } from '../../../core/tasks/times.ts';
import { SchemaError } from '../errors.ts';
import { booleanOf, enumOf } from '../items/editors/values.ts';
import { SENSITIVITIES } from '../items/words.ts';
import { commonSetters } from './apply-fields.ts';
import { type Edit, lastOf, refused } from './edits.ts';
import { readRecurrence } from './recurrence.ts';
import { readTime } from './times.ts';

type Own = NonNullable<CalendarTask['waypost:task']>;

const COMMON = commonSetters<CalendarTask>();

export const TASK_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(COMMON),
  ...['item:Sensitivity', 'item:ReminderIsSet', 'item:ReminderDueBy', 'item:ReminderNextTime'],
  ...['task:StartDate', 'task:DueDate', 'task:CompleteDate', 'task:PercentComplete', 'task:Status'],
  ...['task:Recurrence', 'task:UID'],
]);

const STATUSES = ['NotStarted', 'InProgress', 'Completed', 'WaitingOnOthers', 'Deferred'] as const;
export type TaskStatus = (typeof STATUSES)[number];

export interface TaskFrame {
  /** Zone of the owner, or that of the request. */
  zone: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The task with what a request says of it. @throws EwsError, SchemaError */
export function applyTask(task: CalendarTask, edits: readonly Edit[], frame: TaskFrame): CalendarTask {
  let next = task;
  for (const { uri, value, how } of edits) next = COMMON[uri]?.(next, value, how) ?? next;
  next = withUid(next, edits);
  next = withSensitivity(next, edits);
  next = withDates(next, edits, frame);
  next = withRecurrence(next, edits);
  next = withReminder(next, edits);
  return withProgress(next, edits, frame);
}

function withOwn(task: CalendarTask, change: (own: Own) => Own): CalendarTask {
  const { 'waypost:task': before = {}, ...rest } = task;
  const own = change({ ...before });
  return Object.keys(own).length === 0 ? rest : { ...rest, 'waypost:task': own };
}

function withUid(task: CalendarTask, edits: readonly Edit[]): CalendarTask {
  const uid = lastOf(edits, 'task:UID')?.text.trim() ?? '';
  return uid === '' || uid.length > 1024 ? task : { ...task, uid };
}

function withSensitivity(task: CalendarTask, edits: readonly Edit[]): CalendarTask {
  const value = lastOf(edits, 'item:Sensitivity');
  if (value === undefined) return task;
  const word = value === null ? 'Normal' : enumOf(value, SENSITIVITIES);
  const { privacy: _, ...rest } = withOwn(task, ({ sensitivity: __, ...own }) =>
    word === 'Personal' ? { ...own, sensitivity: 1 } : own,
  );
  if (word === 'Normal') return rest;
  return { ...rest, privacy: word === 'Confidential' ? 'secret' : 'private' };
}

const DATES = [
  ['start', 'task:StartDate'],
  ['due', 'task:DueDate'],
] as const;

/** Days, though they come as times: midnight of UTC, or of where the task is written. */
function withDates(task: CalendarTask, edits: readonly Edit[], { zone }: TaskFrame): CalendarTask {
  let next = task;
  for (const [which, uri] of DATES) {
    const value = lastOf(edits, uri);
    if (value === undefined) continue;
    const { [which]: _, ...without } = next;
    next = withOwn(without, ({ ahead = {}, ...own }) => {
      const { [which]: __, ...others } = ahead;
      return Object.keys(others).length === 0 ? own : { ...own, ahead: others };
    });
    if (value === null) continue;
    const at = readTime(value.text, 'Etc/UTC');
    if (at === null) throw new SchemaError(`${value.name} is no time.`);
    const seconds = Math.floor(at / 1000);
    const here = localIn(at, zone);
    const local = seconds % DAY !== 0 && here % DAY === 0 ? here : seconds;
    next = { ...next, [which]: formatLocal(local), timeZone: null };
    if (local !== seconds)
      next = withOwn(next, (own) => ({ ...own, ahead: { ...own.ahead, [which]: seconds - local } }));
  }
  const times = [next.start, next.due].filter((time) => time !== undefined);
  const { showWithoutTime: _, ...rest } = next;
  return times.length > 0 && times.every((time) => time.endsWith('T00:00:00'))
    ? { ...rest, showWithoutTime: true }
    : rest;
}

function withRecurrence(task: CalendarTask, edits: readonly Edit[]): CalendarTask {
  const value = lastOf(edits, 'task:Recurrence');
  if (value === undefined) return task;
  const { recurrenceRules: _, recurrenceOverrides: __, excludedRecurrenceRules: ___, ...bare } = task;
  const rest = withOwn(bare, (own) => {
    const {
      recurrenceStart: _s,
      regenerate: _r,
      deadOccur: _d,
      calendarType: _c,
      isLeapMonth: _l,
      ...others
    } = own;
    return others;
  });
  if (value === null) return rest;
  const anchor = parseLocal(rest.start ?? rest.due);
  const clock = anchor === null ? 0 : anchor - Math.floor(anchor / DAY) * DAY;
  const { rule, startDate, regenerate } = readRecurrence(value, clock);
  const start = formatLocal((parseLocal(`${startDate}T00:00:00`) ?? 0) + clock);
  return withOwn({ ...rest, recurrenceRules: [rule] }, (own) => ({
    ...own,
    ...(start === (rest.start ?? rest.due) ? {} : { recurrenceStart: start }),
    ...(regenerate ? { regenerate: true as const } : {}),
  }));
}

function withReminder(task: CalendarTask, edits: readonly Edit[]): CalendarTask {
  const isSet = lastOf(edits, 'item:ReminderIsSet');
  // When it is due, and when it is next shown, are one time here.
  const dueBy = lastOf(edits, 'item:ReminderDueBy') ?? lastOf(edits, 'item:ReminderNextTime');
  if (isSet === undefined && dueBy === undefined) return task;
  const { alerts, ...bare } = withOwn(task, ({ reminderSet: _, ...own }) => own);
  const before = Object.values(alerts ?? {})[0];
  const wanted =
    isSet === undefined ? before !== undefined || dueBy !== null : isSet !== null && booleanOf(isSet);
  if (!wanted) return bare;
  const at = dueBy === undefined || dueBy === null ? null : readTime(dueBy.text, 'Etc/UTC');
  if (dueBy !== undefined && dueBy !== null && at === null)
    throw new SchemaError('ReminderDueBy is no time.');
  if (at === null && before !== undefined) return { ...bare, ...(alerts === undefined ? {} : { alerts }) };
  const when = at ?? taskTime(task, 'due')?.utc ?? taskTime(task, 'start')?.utc ?? null;
  if (when === null) return withOwn(bare, (own) => ({ ...own, reminderSet: true }));
  return {
    ...bare,
    alerts: {
      '1': {
        '@type': 'Alert',
        trigger: { '@type': 'AbsoluteTrigger', when: utcOf(when) },
        action: 'display',
      },
    },
  };
}

/** What the last of the fields that speak of it says of how far it is (MS-OXWSTASK 3.1.4.1). */
export function statusOf(edits: readonly Edit[]): TaskStatus | null {
  const value = lastOf(edits, 'task:Status') ?? null;
  return value === null ? null : enumOf(value, STATUSES);
}

function withProgress(task: CalendarTask, edits: readonly Edit[], { now }: TaskFrame): CalendarTask {
  const status = statusOf(edits);
  const percentElement = lastOf(edits, 'task:PercentComplete');
  const completeElement = lastOf(edits, 'task:CompleteDate');
  const statusSaid = lastOf(edits, 'task:Status');
  if (statusSaid === undefined && percentElement === undefined && completeElement === undefined) return task;
  const percent =
    percentElement === undefined || percentElement === null ? null : percentOf(percentElement.text);
  const at =
    completeElement === undefined || completeElement === null
      ? null
      : readTime(completeElement.text, 'Etc/UTC');
  const completes = completesBy(edits, { at, percent, status });
  const { progress, progressUpdated: _, percentComplete: before = 0, ...rest } = task;
  const open = withOwn(rest, ({ dateCompleted: __, ...own }) => own);
  if (completes) {
    const when = at === null ? (task['waypost:task']?.dateCompleted ?? utcOf(now)) : utcOf(at);
    return withOwn(
      { ...open, progress: 'completed', progressUpdated: when, percentComplete: 100 },
      (own) => ({ ...own, dateCompleted: when }),
    );
  }
  // A field that is taken away says nothing of what the others say.
  const said = statusSaid !== null && statusSaid !== undefined ? status : null;
  if (said === null && percent === null && progress === 'completed' && completeElement !== null) return task;
  const share = said === 'NotStarted' ? 0 : percentBelow(percent, progress === 'completed' ? 0 : before);
  const begun = said === 'InProgress' || (said === null && share > 0);
  return {
    ...open,
    ...(begun
      ? { progress: 'in-process' as const }
      : said === null
        ? {}
        : { progress: 'needs-action' as const }),
    ...(share === 0 ? {} : { percentComplete: share }),
  };
}

const PROGRESS = ['task:CompleteDate', 'task:PercentComplete', 'task:Status'];

/** Whether it is done: each of the fields sets the others, so that the last one that is said counts (MS-OXWSTASK 2.2.4.3). */
function completesBy(
  edits: readonly Edit[],
  { at, percent, status }: { at: number | null; percent: number | null; status: TaskStatus | null },
): boolean {
  const last = edits.findLast(({ uri, value }) => value !== null && PROGRESS.includes(uri))?.uri;
  if (last === 'task:Status' && status === 'NotStarted') return false;
  return at !== null || percent === 100 || status === 'Completed';
}

/** Nothing that is not done is done to all of it. */
function percentBelow(said: number | null, before: number): number {
  return said === 100 ? 0 : (said ?? before);
}

function percentOf(text: string): number {
  const value = /^\d{1,3}(?:\.\d{1,10})?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 100)) throw refused('set', 'task:PercentComplete');
  return value;
}
