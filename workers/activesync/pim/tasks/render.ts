import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import type { CalendarTask } from '../../../../core/calendar/types.ts';
import type { SyncOptions } from '../../../../core/sync/options.ts';
import { importanceOf, sensitivityOf } from '../../../../core/tasks/marks.ts';
import { reminderOf } from '../../../../core/tasks/reminder.ts';
import { taskTime } from '../../../../core/tasks/times.ts';
import type { Version } from '../../http/versions.ts';
import { isoTime } from '../../mail/time.ts';
import { renderBody } from '../body.ts';
import { writeRecurrence } from './recurrence.ts';
import { recurrenceOf } from './rule.ts';

/** A task as children of ApplicationData (MS-ASTASK 2.2.2). */
export function renderTask(
  task: CalendarTask,
  options: Pick<SyncOptions, 'bodies'>,
  version: Version,
  whole: boolean,
): WbxmlNode[] {
  const own = task['waypost:task'] ?? {};
  const complete = task.progress === 'completed';
  const reminder = reminderOf(task);
  const recurrence = recurrenceOf(task);
  const keywords = Object.keys(task.keywords ?? {});
  const { description = '', descriptionContentType } = task;
  const contentType = descriptionContentType === 'text/html' ? 'text/html' : 'text/plain';
  const nodes = [
    el('Tasks:Subject', task.title ?? ''),
    el('Tasks:Importance', importanceOf(task)),
    el('Tasks:Sensitivity', sensitivityOf(task)),
    el('Tasks:Complete', complete),
    complete
      ? el(
          'Tasks:DateCompleted',
          isoTime(Date.parse(own.dateCompleted ?? task.progressUpdated ?? task.updated)),
        )
      : null,
    ...pair(task, 'start', 'Tasks:StartDate', 'Tasks:UtcStartDate'),
    ...pair(task, 'due', 'Tasks:DueDate', 'Tasks:UtcDueDate'),
    el('Tasks:ReminderSet', reminder.set),
    reminder.set && reminder.at !== null ? el('Tasks:ReminderTime', isoTime(reminder.at)) : null,
    own.ordinalDate === undefined ? null : el('Tasks:OrdinalDate', isoTime(Date.parse(own.ordinalDate))),
    own.subOrdinalDate === undefined ? null : el('Tasks:SubOrdinalDate', own.subOrdinalDate),
    keywords.length === 0
      ? null
      : el(
          'Tasks:Categories',
          keywords.map((name) => el('Tasks:Category', name)),
        ),
    recurrence === null ? null : writeRecurrence(recurrence, version),
    description === ''
      ? null
      : renderBody({ text: description, contentType }, options.bodies, version, whole),
  ];
  return nodes.filter((node) => node !== null);
}

function pair(task: CalendarTask, which: 'start' | 'due', localTag: string, utcTag: string): WbxmlNode[] {
  const time = taskTime(task, which);
  return time === null ? [] : [el(utcTag, isoTime(time.utc)), el(localTag, isoTime(time.local))];
}
