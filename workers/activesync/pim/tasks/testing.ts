import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import type { CalendarTask } from '../../../../core/calendar/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import type { NewPimItem } from '../../../../core/pim/types.ts';
import { codecWorld } from '../testing.ts';
import { taskCodec } from './index.ts';

/** `t('Subject', 'x')`: an element of the class. */
export const t = (name: string, ...parts: Parameters<typeof el>[1][]) => el(`Tasks:${name}`, ...parts);
export const START = '2026-03-02T00:00:00.000Z';
/** A recurrence of these fields, which begins at START. */
export const recurrence = (fields: Record<string, string | number>) =>
  t(
    'Recurrence',
    Object.entries({ Start: START, ...fields }).map(([name, value]) => t(name, value)),
  );

export function documentOf(item: NewPimItem): CalendarTask {
  if (item.kind !== 'task') throw new Error(item.kind);
  return item.document;
}

/** A task as something else than a device wrote it. */
export function made(document: Partial<CalendarTask>): NewPimItem {
  const task: CalendarTask = { '@type': 'Task', uid: 'u', updated: '2026-01-01T00:00:00Z', ...document };
  return { itemId: 'i', folderId: 'f', kind: 'task', document: task, facts: pimFacts('task', task) };
}

/** What comes back of a task with these fields; the status when it is refused. */
export async function added(...nodes: WbxmlNode[]) {
  const world = codecWorld(taskCodec);
  const item = await world.take([t('Subject', 'x'), ...nodes]);
  return typeof item === 'number' ? item : world.shown(item);
}
