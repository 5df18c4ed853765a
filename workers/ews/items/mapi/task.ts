import type { CalendarTask } from '../../../../core/calendar/types.ts';
import { reminderOf } from '../../../../core/tasks/reminder.ts';
import { taskTime } from '../../../../core/tasks/times.ts';
import { taskStatus } from '../tables/task.ts';
import { isoTime } from '../time.ts';
import type { ItemView } from '../view.ts';
import type { MapiRead, MapiTable, MapiValue } from './types.ts';

const STATUSES = ['NotStarted', 'InProgress', 'Completed', 'WaitingOnOthers', 'Deferred'];

function of(read: (task: CalendarTask, view: ItemView) => MapiValue): MapiRead {
  return (view) => (view.pim?.kind === 'task' ? read(view.pim.document, view) : null);
}

function day(which: 'start' | 'due'): MapiRead {
  return of((task) => {
    const time = taskTime(task, which);
    return time === null ? null : isoTime(time.utc);
  });
}

/** Tasks (MS-OXOTASK 2.2.2). */
export const TASK_MAPI: MapiTable = {
  on: ['Task'],
  values: {
    'PublicStrings/Keywords': of((task) => Object.keys(task.keywords ?? {})),
    'PublicStrings/urn:schemas:calendar:uid': of((task) => task.uid),
    'Common/0x8502': of((task) => {
      const { at } = reminderOf(task);
      return at === null ? null : isoTime(at);
    }),
    'Common/0x8503': of((task) => reminderOf(task).set),
    'Common/0x8516': day('start'),
    'Common/0x8517': day('due'),
    'Common/0x851c': of((task) => task.progress === 'completed'),
    'Task/0x8101': of((task, view) => STATUSES.indexOf(taskStatus(task, view))),
    'Task/0x8102': of((task) => (task.progress === 'completed' ? 1 : (task.percentComplete ?? 0) / 100)),
    'Task/0x8104': day('start'),
    'Task/0x8105': day('due'),
    'Task/0x810f': of((task) => {
      const at = Date.parse(task['waypost:task']?.dateCompleted ?? task.progressUpdated ?? '');
      return task.progress !== 'completed' || Number.isNaN(at) ? null : isoTime(at);
    }),
    'Task/0x811c': of((task) => task.progress === 'completed'),
    'Task/0x8126': of((task) => (task.recurrenceRules?.length ?? 0) > 0),
  },
};
