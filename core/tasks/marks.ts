import type { CalendarTask } from '../calendar/types.ts';

/** RFC 5545 3.8.1.9: 1 to 4 is high, 5 is normal, 6 to 9 is low. */
export function importanceOf({ priority = 0, ...task }: CalendarTask): number {
  const unusual = task['waypost:task']?.importance;
  if (unusual !== undefined) return unusual;
  return priority >= 1 && priority <= 4 ? 2 : priority >= 6 && priority <= 9 ? 0 : 1;
}

export function sensitivityOf(task: CalendarTask): number {
  if (task.privacy === 'secret') return 3;
  if (task.privacy !== 'private') return 0;
  return task['waypost:task']?.sensitivity === 1 ? 1 : 2;
}
