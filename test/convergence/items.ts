import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { ItemClass } from '../../core/mail/types.ts';

/** Classes of what is no mail. */
export type OtherClass = Exclude<ItemClass, 'Email'>;

/** What a device shows of an event, contact, task or note. */
export interface ShownItem {
  subject: string;
  body: string;
  categories: string[];
  /** Of a task. */
  done: boolean;
  /** Of an event: when it begins, as it stands on the wire, and whether it comes again every week for ever. */
  start: string;
  weekly: boolean;
}

const CLASS_OF_TYPE: Record<number, OtherClass> = {
  ...{ 7: 'Tasks', 8: 'Calendar', 9: 'Contacts', 10: 'Notes' },
  ...{ 13: 'Calendar', 14: 'Contacts', 15: 'Tasks', 17: 'Notes' },
};
const HOUR = 3_600_000;
const SUBJECT: Record<OtherClass, string> = {
  ...{ Calendar: 'Calendar:Subject', Contacts: 'Contacts:LastName' },
  ...{ Tasks: 'Tasks:Subject', Notes: 'Notes:Subject' },
};

/** Types of folders that people make, by class (MS-ASCMD 2.2.3.186.2). */
export const USER_TYPES = [12, 12, 12, 13, 14, 15, 17] as const;

/** Class of what a folder of this type holds; undefined for mail and what no device keeps. */
export function classOfType(type: number): OtherClass | undefined {
  return CLASS_OF_TYPE[type];
}

export function shownItem(itemClass: OtherClass, data: WbxmlElement | undefined): ShownItem {
  const categories = child(data, `${itemClass}:Categories`);
  const body = child(data, 'AirSyncBase:Body');
  return {
    subject: textOf(data, SUBJECT[itemClass]) ?? '',
    body: (textOf(body, 'AirSyncBase:Data') ?? '').trim(),
    categories: children(categories, `${itemClass}:Category`).map((c) => c.text),
    done: textOf(data, 'Tasks:Complete') === '1',
    start: compact(textOf(data, 'Calendar:StartTime') ?? ''),
    weekly: child(data, 'Calendar:Recurrence') !== undefined,
  };
}

/** What a phone sends: everything that it knows. */
export function itemData(
  itemClass: OtherClass,
  item: ShownItem,
  { isNew, uid = null }: { isNew: boolean; uid?: WbxmlNode | null },
): WbxmlNode {
  const { subject, body, categories } = item;
  const fields: (WbxmlNode | WbxmlNode[] | null)[] = [el(SUBJECT[itemClass], subject)];
  if (itemClass === 'Calendar') fields.push(...eventFields(item));
  if (itemClass === 'Tasks') fields.push(...taskFields(item));
  const names = categories.map((name) => el(`${itemClass}:Category`, name));
  return el(
    'AirSync:ApplicationData',
    uid,
    ...fields,
    // From 16.0 on an event keeps what is not named, and an element without content takes it away.
    names.length === 0 && isNew ? null : el(`${itemClass}:Categories`, names),
    el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', body)),
  );
}

function eventFields({ start, weekly }: ShownItem): (WbxmlNode | null)[] {
  const at = timeOf(start);
  return [
    el('Calendar:StartTime', start),
    el('Calendar:EndTime', wireTime(at + HOUR)),
    el('Calendar:AllDayEvent', 0),
    el('Calendar:BusyStatus', 2),
    el('Calendar:Sensitivity', 0),
    weekly
      ? el(
          'Calendar:Recurrence',
          el('Calendar:Type', 1),
          el('Calendar:Interval', 1),
          el('Calendar:DayOfWeek', 1 << new Date(at).getUTCDay()),
        )
      : null,
  ];
}

function taskFields({ done }: ShownItem): (WbxmlNode | null)[] {
  return [
    el('Tasks:Complete', done),
    done ? el('Tasks:DateCompleted', '2026-11-20T12:00:00.000Z') : null,
    el('Tasks:Importance', 1),
    el('Tasks:Sensitivity', 0),
  ];
}

/** Time as events have it on the wire (MS-ASDTYPE 2.7.2). */
export function wireTime(at: number): string {
  return compact(new Date(at).toISOString());
}

function compact(text: string): string {
  return text.replace(/[-:]/g, '').replace(/\.\d+/, '');
}

function timeOf(text: string): number {
  return Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
