import { TASK_FIELDS } from '../../calendar/apply-task.ts';
import {
  fieldOfMapi,
  newDraft,
  type ObjectDraft,
  refused,
  storedValue,
  takeWhole,
} from '../../calendar/edits.ts';
import { newTask, saveTask } from '../../calendar/save-task.ts';
import type { ItemEditor } from '../property.ts';

/** Fields that say nothing to the server, and are given back as they came. */
const KEPT = new Set([
  ...['task:ActualWork', 'task:BillingInformation', 'task:Companies', 'task:Contacts', 'task:Mileage'],
  ...['task:TotalWork', 'item:Culture', 'item:InReplyTo', 'item:ReminderMinutesBeforeStart'],
]);
const IGNORED = new Set(['item:Flag']);
const APPENDED = new Set(['item:Body', 'item:Categories']);

const STATUSES = ['NotStarted', 'InProgress', 'Completed', 'WaitingOnOthers', 'Deferred'];

/** MAPI properties that a field stands for (MS-OXPROPS). */
const MAPI: Readonly<Record<string, { uri: string; text?: (given: string) => string | null }>> = {
  '0x0037': { uri: 'item:Subject' },
  '0x1000': { uri: 'item:Body' },
  'PublicStrings/Keywords': { uri: 'item:Categories' },
  'PublicStrings/urn:schemas:calendar:uid': { uri: 'task:UID' },
  'Task/0x8104': { uri: 'task:StartDate' },
  'Task/0x8105': { uri: 'task:DueDate' },
  'Task/0x810f': { uri: 'task:CompleteDate' },
  'Task/0x8101': { uri: 'task:Status', text: (given) => STATUSES[Number(given)] ?? null },
};

/** Tasks (MS-OXWSTASK). */
export const taskEditor: ItemEditor<ObjectDraft> = {
  elements: ['Task'],
  blank: () => newDraft(null),
  load: async (view) => newDraft(view),

  edit(draft, how, uri, value, _index, context) {
    const of = { itemClass: /^IPM\.Task(?:\.|$)/i, what: 'tasks' };
    if (takeWhole(draft, { how, uri, value }, of, context.bytesOf)) return;
    if (IGNORED.has(uri)) return;
    if (how === 'append' && !APPENDED.has(uri)) throw refused(how, uri);
    if (KEPT.has(uri)) draft.kept[`ews:${uri}`] = storedValue(value);
    else if (TASK_FIELDS.has(uri)) draft.edits.push({ how, uri, value });
    else throw refused(how, uri);
  },

  editExtended(draft, property, value) {
    const edit = fieldOfMapi(property, value, MAPI);
    if (edit !== null) draft.edits.push(edit);
    return edit !== null;
  },

  attach(draft, file) {
    draft.files.push(file);
  },

  detach(draft, attachment) {
    draft.dropped.push(attachment);
  },

  compose: async (draft, context) => ({ document: await newTask(draft, context), kept: draft.kept }),
  save: saveTask,
};
