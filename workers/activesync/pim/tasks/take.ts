import { child } from '../../../../codecs/wbxml/index.ts';
import type { Alert, CalendarTask } from '../../../../core/calendar/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import { importanceOf } from '../../../../core/tasks/marks.ts';
import { reminderOf } from '../../../../core/tasks/reminder.ts';
import { localOf, taskTime, utcOf } from '../../../../core/tasks/times.ts';
import type { EasContext } from '../../context.ts';
import { STATUS } from '../../status.ts';
import { takeBody } from '../body.ts';
import type { Incoming, Taken } from '../codec.ts';
import { Fields } from '../fields.ts';
import { readRecurrence, sameRecurrence } from './recurrence.ts';
import { recurrenceOf, ruleOf } from './rule.ts';

type Own = NonNullable<CalendarTask['waypost:task']>;

const REFUSED: Taken = { kind: 'refused', status: STATUS.sync.conversion };
const MAX_TEXT = 255;
/** Priority of RFC 5545 3.8.1.9 for low, normal and high. */
const PRIORITY = [9, 5, 1] as const;
const PRIVACY = [undefined, 'private', 'private', 'secret'] as const;

/** Puts what a device says of a task over what is there (MS-ASTASK 2.2.2, 3.2.5.3). */
export function takeTask(context: EasContext, incoming: Incoming): Taken {
  const now = utcOf(context.services.now());
  const before = incoming.present?.kind === 'task' ? incoming.present.document : null;
  const task: CalendarTask = before
    ? { ...before, updated: now }
    : { '@type': 'Task', uid: incoming.itemId, created: now, updated: now, timeZone: null };
  const own: Own = { ...before?.['waypost:task'] };
  const fields = new Fields(incoming);
  const subject = fields.text('Tasks:Subject', true);
  if (subject.kind === 'value') task.title = subject.value;
  if (subject.kind === 'gone') delete task.title;
  takeText(fields, task);
  takeCompletion(fields, task, own, now);
  takeDates(fields, task, own);
  takeMarks(fields, task, own);
  takeRecurrence(context, fields, task, own);
  takeReminder(fields, task, own);
  takeOrdinals(fields, own);
  if (Object.keys(own).length > 0) task['waypost:task'] = own;
  else delete task['waypost:task'];
  if (fields.failed) return REFUSED;
  const { itemId, folderId } = incoming;
  return {
    kind: 'item',
    item: { itemId, folderId, kind: 'task', document: task, facts: pimFacts('task', task) },
    announce: false,
  };
}

function takeText(fields: Fields, task: CalendarTask): void {
  const body = takeBody(fields.data);
  if (body === 'invalid') fields.failed = true;
  else if (body !== undefined) {
    if (body.text === '') delete task.description;
    else task.description = body.text;
    if (body.text !== '' && body.contentType === 'text/html') task.descriptionContentType = body.contentType;
    else delete task.descriptionContentType;
  }
}

/** A completed task says since when (MS-ASTASK 2.2.2.7): now, when the device does not say. */
function takeCompletion(fields: Fields, task: CalendarTask, own: Own, now: string): void {
  const complete = fields.number('Tasks:Complete', 0, 1);
  const date = fields.time('Tasks:DateCompleted', true);
  if (complete.kind === 'stays') return;
  if (complete.kind === 'value' && complete.value === 1) {
    const at = date.kind === 'value' ? utcOf(date.value) : (own.dateCompleted ?? now);
    Object.assign(task, { progress: 'completed', progressUpdated: at, percentComplete: 100 });
    own.dateCompleted = at;
    return;
  }
  if (task.progress === 'completed') {
    delete task.progress;
    delete task.progressUpdated;
    delete task.percentComplete;
  }
  delete own.dateCompleted;
}

/** StartDate and DueDate come with what they are in UTC, or not at all (MS-ASTASK 2.2.2.11, 2.2.2.24). */
function takeDates(fields: Fields, task: CalendarTask, own: Own): void {
  const pairs = [
    ['start', 'Tasks:StartDate', 'Tasks:UtcStartDate'],
    ['due', 'Tasks:DueDate', 'Tasks:UtcDueDate'],
  ] as const;
  for (const [which, localTag, utcTag] of pairs) {
    const local = fields.time(localTag, false);
    const utc = fields.time(utcTag, false);
    if ((local.kind === 'value') !== (utc.kind === 'value')) fields.failed = true;
    const { [which]: _, ...others } = own.ahead ?? {};
    if (local.kind === 'value' && utc.kind === 'value') {
      const present = taskTime(task, which);
      // A time that is the same in the zone that the task has leaves it there.
      if (present?.local === local.value && present.utc === utc.value) continue;
      task[which] = localOf(local.value);
      task.timeZone = null;
      own.ahead = { ...others, [which]: (utc.value - local.value) / 1000 };
    } else if (local.kind === 'gone' && utc.kind === 'gone') {
      delete task[which];
      own.ahead = others;
    }
  }
  if (own.ahead !== undefined && Object.keys(own.ahead).length === 0) delete own.ahead;
  const times = [task.start, task.due].filter((time) => time !== undefined);
  if (times.length === 0 || times.some((time) => !time.endsWith('T00:00:00'))) delete task.showWithoutTime;
  else task.showWithoutTime = true;
}

function takeMarks(fields: Fields, task: CalendarTask, own: Own): void {
  // What is said as it was told leaves what lies behind it: there are more priorities than three.
  const importance = fields.number('Tasks:Importance', 0, 255);
  const isSame = importance.kind === 'value' && importance.value === importanceOf(task);
  if (importance.kind !== 'stays' && !isSame) {
    delete own.importance;
    delete task.priority;
  }
  if (importance.kind === 'value' && !isSame) {
    const priority = PRIORITY[importance.value];
    // MS-ASTASK 2.2.2.14: what is none of the three is no error, and is given back.
    if (priority === undefined) own.importance = importance.value;
    else task.priority = priority;
  }
  const sensitivity = fields.number('Tasks:Sensitivity', 0, 3);
  if (sensitivity.kind !== 'stays') {
    delete own.sensitivity;
    delete task.privacy;
  }
  if (sensitivity.kind === 'value') {
    const privacy = PRIVACY[sensitivity.value];
    if (privacy !== undefined) task.privacy = privacy;
    if (sensitivity.value === 1) own.sensitivity = 1;
  }
  const categories = fields.categories('Tasks:Categories', 'Tasks:Category', false);
  if (categories.kind === 'value') task.keywords = categories.value;
  if (categories.kind === 'gone') delete task.keywords;
}

function takeRecurrence(context: EasContext, fields: Fields, task: CalendarTask, own: Own): void {
  const { version } = context;
  const present = recurrenceOf(task);
  const element = child(fields.data, 'Tasks:Recurrence');
  if (element === undefined || (element.children.length === 0 && element.text.trim() === '')) {
    const said = element === undefined ? fields.absent('Tasks:Recurrence', false).kind : 'gone';
    // A rule that no device is ever told of cannot be taken away by leaving it out.
    if (said === 'gone' && (present !== null || element !== undefined)) dropRecurrence(task, own);
    return;
  }
  const read = readRecurrence(element);
  if (read === null) {
    fields.failed = true;
    return;
  }
  // Weeks of who does not say begin on Sunday (MS-ASTASK 2.2.2.13).
  if (read.type === 1) read.firstDayOfWeek ??= present?.firstDayOfWeek ?? 0;
  if (present !== null && sameRecurrence(present, read, version)) return;
  dropRecurrence(task, own);
  task.recurrenceRules = [ruleOf(read)];
  const start = localOf(read.start);
  if (start !== (task.start ?? task.due)) own.recurrenceStart = start;
  if (read.regenerate) own.regenerate = true;
  if (read.deadOccur) own.deadOccur = true;
  if (read.calendarType !== null) own.calendarType = read.calendarType;
  if (read.isLeapMonth) own.isLeapMonth = true;
}

function dropRecurrence(task: CalendarTask, own: Own): void {
  delete task.recurrenceRules;
  delete task.recurrenceOverrides;
  delete task.excludedRecurrenceRules;
  for (const key of ['recurrenceStart', 'regenerate', 'deadOccur', 'calendarType', 'isLeapMonth'] as const) {
    delete own[key];
  }
}

function takeReminder(fields: Fields, task: CalendarTask, own: Own): void {
  const set = fields.number('Tasks:ReminderSet', 0, 1);
  const time = fields.time('Tasks:ReminderTime', true);
  if (set.kind === 'stays' && time.kind !== 'value') return;
  const present = reminderOf(task);
  const wanted = set.kind === 'value' ? set.value === 1 : set.kind === 'stays' && present.set;
  const at = time.kind === 'value' ? time.value : time.kind === 'stays' ? present.at : null;
  if (wanted === present.set && at === present.at) return;
  delete task.alerts;
  delete own.reminderSet;
  if (!wanted) return;
  if (at === null) own.reminderSet = true;
  else task.alerts = { '1': alertAt(at) };
}

function alertAt(at: number): Alert {
  return {
    '@type': 'Alert',
    trigger: { '@type': 'AbsoluteTrigger', when: utcOf(at) },
    action: 'display',
  };
}

function takeOrdinals(fields: Fields, own: Own): void {
  const ordinal = fields.time('Tasks:OrdinalDate', true);
  if (ordinal.kind === 'value') own.ordinalDate = utcOf(ordinal.value);
  if (ordinal.kind === 'gone') delete own.ordinalDate;
  const sub = fields.text('Tasks:SubOrdinalDate', true);
  if (sub.kind === 'value') own.subOrdinalDate = sub.value.slice(0, MAX_TEXT);
  if (sub.kind === 'gone') delete own.subOrdinalDate;
}
