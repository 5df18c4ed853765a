import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import { parseLocal } from '../../../../core/calendar/time/civil.ts';
import type { CalendarTask } from '../../../../core/calendar/types.ts';
import { importanceOf, sensitivityOf } from '../../../../core/tasks/marks.ts';
import { reminderOf } from '../../../../core/tasks/reminder.ts';
import { taskTime } from '../../../../core/tasks/times.ts';
import { writeRecurrence } from '../../calendar/recurrence.ts';
import type { Comparable, ItemElement, ItemProperty } from '../property.ts';
import { isoTime } from '../time.ts';
import type { ItemView } from '../view.ts';
import { SENSITIVITIES } from '../words.ts';

const ON: readonly ItemElement[] = ['Task'];

type More = Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>>;

function property(
  uri: string,
  read: (task: CalendarTask, view: ItemView) => XmlContent | null,
  more: More = {},
): ItemProperty {
  const common = { on: ON, inDefault: 'none', inAll: true, cheap: true } as const;
  const element = uri.slice(uri.indexOf(':') + 1);
  return { ...common, uri, element, read: (view) => taken(view, read), ...more };
}

function taken<T>(view: ItemView, read: (task: CalendarTask, view: ItemView) => T): T | null {
  return view.pim?.kind === 'task' ? read(view.pim.document, view) : null;
}

/** A property that is compared as it is told. */
function plain(
  uri: string,
  read: (task: CalendarTask, view: ItemView) => string | number | boolean | null,
  more: More = {},
): ItemProperty {
  return property(uri, read, { compare: (view) => taken(view, read), ...more });
}

function time(uri: string, of: (task: CalendarTask) => number | null, more: More = {}): ItemProperty {
  return property(uri, (task) => isoOrNull(of(task)), { compare: (view) => taken(view, of), ...more });
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}

/** What a client said of it that nothing here acts upon. */
function keptOf(view: ItemView, name: string): string | string[] | null {
  return view.extended[`ews:task:${name}`]?.value ?? null;
}

function keptText(name: string): ItemProperty {
  const of = (_task: CalendarTask, view: ItemView) => {
    const value = keptOf(view, name);
    return typeof value === 'string' ? value : null;
  };
  return plain(`task:${name}`, of);
}

function keptList(name: string): ItemProperty {
  const of = (view: ItemView) => {
    const value = keptOf(view, name);
    return value === null ? [] : [value].flat();
  };
  return property(
    `task:${name}`,
    (_task, view): XmlObject | null => (of(view).length === 0 ? null : { String: of(view) }),
    { compare: (view): Comparable => of(view) },
  );
}

const IMPORTANCE = ['Low', 'Normal', 'High'];
const IN_DEFAULT: More = { inDefault: ON };
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  NotStarted: 'Not Started',
  InProgress: 'In Progress',
  Completed: 'Completed',
  WaitingOnOthers: 'Waiting on someone else',
  Deferred: 'Deferred',
};

/** Status (MS-OXWSTASK 2.2.5.2): two of its words have no other place than that of the client who said them. */
export function taskStatus(task: CalendarTask, view: ItemView | null): string {
  if (task.progress === 'completed') return 'Completed';
  const said = view === null ? null : keptOf(view, 'Status');
  if (said === 'WaitingOnOthers' || said === 'Deferred') return said;
  return task.progress === 'in-process' || (task.percentComplete ?? 0) > 0 ? 'InProgress' : 'NotStarted';
}

function completedAt(task: CalendarTask): number | null {
  if (task.progress !== 'completed') return null;
  const at = Date.parse(task['waypost:task']?.dateCompleted ?? task.progressUpdated ?? task.updated);
  return Number.isNaN(at) ? null : at;
}

function recurrence(task: CalendarTask): XmlObject | null {
  const [rule, ...more] = task.recurrenceRules ?? [];
  const own = task['waypost:task'] ?? {};
  const from = own.recurrenceStart ?? task.start ?? task.due;
  const start = from === undefined ? null : parseLocal(from);
  if (rule === undefined || more.length > 0 || start === null) return null;
  return writeRecurrence(rule, start, { regenerate: own.regenerate === true });
}

/** How often it was changed by a client of this protocol, its making counted. */
export function changeCount(view: ItemView): number {
  const said = keptOf(view, 'ChangeCount');
  return typeof said === 'string' ? Number(said) : 1;
}

const recurs = (task: CalendarTask) => (task.recurrenceRules?.length ?? 0) > 0;
const keywords = (task: CalendarTask) => Object.keys(task.keywords ?? {});

/** Properties of tasks (MS-OXWSTASK 2.2.4.3), and those of all items that tasks tell in their own way. */
export const TASK_PROPERTIES: readonly ItemProperty[] = [
  plain('item:Subject', (task) => task.title ?? '', IN_DEFAULT),
  plain('item:Importance', (task) => IMPORTANCE[importanceOf(task)] ?? 'Normal', IN_DEFAULT),
  plain('item:Sensitivity', (task) => SENSITIVITIES[sensitivityOf(task)] ?? 'Normal', IN_DEFAULT),
  property('item:Categories', (task) => (keywords(task).length === 0 ? null : { String: keywords(task) }), {
    ...IN_DEFAULT,
    compare: (view) => taken(view, keywords),
  }),
  plain('item:ReminderIsSet', (task) => reminderOf(task).set, IN_DEFAULT),
  time('item:ReminderDueBy', (task) => reminderOf(task).at),
  plain('item:ReminderMinutesBeforeStart', (_task, { extended }) => {
    const value = extended['ews:item:ReminderMinutesBeforeStart']?.value;
    return typeof value === 'string' ? value : '0';
  }),
  property('item:InReplyTo', (_task, view) => {
    const value = view.extended['ews:item:InReplyTo']?.value;
    return typeof value === 'string' ? value : null;
  }),
  property('item:ResponseObjects', () => ({ $: [['ForwardItem', {}]] }), IN_DEFAULT),
  keptText('ActualWork'),
  keptText('BillingInformation'),
  plain('task:ChangeCount', (_task, view) => changeCount(view)),
  keptList('Companies'),
  time('task:CompleteDate', completedAt, IN_DEFAULT),
  keptList('Contacts'),
  plain('task:DelegationState', () => 'NoMatch'),
  time('task:DueDate', (task) => taskTime(task, 'due')?.utc ?? null, IN_DEFAULT),
  plain('task:IsAssignmentEditable', () => 0),
  plain('task:IsComplete', (task) => task.progress === 'completed', IN_DEFAULT),
  plain('task:IsRecurring', recurs),
  plain('task:IsTeamTask', () => false),
  keptText('Mileage'),
  plain('task:Owner', (_task, { box }) => box.user.displayName || box.user.address),
  plain('task:PercentComplete', percentOf, IN_DEFAULT),
  property('task:Recurrence', recurrence),
  time('task:StartDate', (task) => taskTime(task, 'start')?.utc ?? null, IN_DEFAULT),
  // Exchange does not search for it.
  property('task:Status', taskStatus, IN_DEFAULT),
  plain('task:StatusDescription', (task, view) => DESCRIPTIONS[taskStatus(task, view)] ?? null),
  keptText('TotalWork'),
];

function percentOf(task: CalendarTask): number {
  return task.progress === 'completed' ? 100 : (task.percentComplete ?? 0);
}
