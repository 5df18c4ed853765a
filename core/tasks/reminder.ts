import type { CalendarTask } from '../calendar/types.ts';
import { taskTime } from './times.ts';

const DURATION = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** The reminder as ActiveSync has it: one, at a time (MS-ASTASK 2.2.2.22, 2.2.2.23). `at` null: nobody said when. */
export function reminderOf(task: CalendarTask): { set: boolean; at: number | null } {
  for (const alert of Object.values(task.alerts ?? {})) {
    if (alert.action === 'email' || alert.acknowledged !== undefined) continue;
    const { trigger } = alert;
    if (trigger['@type'] === 'AbsoluteTrigger') return { set: true, at: Date.parse(trigger.when) };
    const offset = offsetMs(trigger.offset);
    const base =
      trigger.relativeTo === 'end'
        ? taskTime(task, 'due')
        : (taskTime(task, 'start') ?? taskTime(task, 'due'));
    if (offset !== null && base !== null) return { set: true, at: base.utc + offset };
  }
  return { set: task['waypost:task']?.reminderSet === true, at: null };
}

function offsetMs(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((n) => Number(n ?? 0));
  const ms = ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return match[1] === '-' ? -ms : ms;
}
