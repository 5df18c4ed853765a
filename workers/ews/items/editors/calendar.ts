import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { uidOfGlobalObjectId } from '../../../../core/scheduling/global-id.ts';
import { isEventField } from '../../calendar/apply-fields.ts';
import { PEOPLE_FIELDS } from '../../calendar/apply-people.ts';
import { TIME_FIELDS } from '../../calendar/apply-times.ts';
import {
  type Edit,
  fieldOfMapi,
  newDraft,
  type ObjectDraft,
  refused,
  storedValue,
  takeWhole,
} from '../../calendar/edits.ts';
import { newEvent, saveEvent } from '../../calendar/save-event.ts';
import type { ItemEditor } from '../property.ts';
import type { StoredProperty } from '../view.ts';

/** Fields that say nothing to the calendar, and are given back as they came. */
const KEPT = new Set([...['item:Culture', 'item:InReplyTo', 'calendar:When']]);
/** What clients say of an event that only the server knows, and mean no harm by it. */
const IGNORED = new Set([
  ...['calendar:DateTimeStamp', 'calendar:RecurrenceId', 'calendar:Duration', 'item:Flag'],
]);
const APPENDED = new Set([
  ...['item:Body', 'item:Categories'],
  ...['calendar:RequiredAttendees', 'calendar:OptionalAttendees', 'calendar:Resources'],
]);

const REMEMBERED = new Set([
  ...['item:ReminderMinutesBeforeStart', 'calendar:IsResponseRequested', 'calendar:ConferenceType'],
]);

const BUSY = ['Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere'];

/** MAPI properties that a field stands for (MS-OXPROPS). */
const MAPI: Readonly<Record<string, { uri: string; text?: (given: string) => string | null }>> = {
  '0x0037': { uri: 'item:Subject' },
  '0x1000': { uri: 'item:Body' },
  'PublicStrings/Keywords': { uri: 'item:Categories' },
  'Appointment/0x8208': { uri: 'calendar:Location' },
  'Appointment/0x8205': {
    uri: 'calendar:LegacyFreeBusyStatus',
    text: (given) => BUSY[Number(given)] ?? null,
  },
  'Common/0x8503': { uri: 'item:ReminderIsSet' },
  'Common/0x8501': { uri: 'item:ReminderMinutesBeforeStart' },
  'Meeting/0x3': { uri: 'calendar:UID', text: uidOfGlobalObjectId },
  'Meeting/0x23': { uri: 'calendar:UID', text: uidOfGlobalObjectId },
};
/** Follow from the event: what a client says of them is no news. */
const FOLLOWING = new Set(['Appointment/0x8217', 'Appointment/0x8223', 'Appointment/0x8218']);

/** Events (MS-OXWSMTGS). */
export const calendarEditor: ItemEditor<ObjectDraft> = {
  elements: ['CalendarItem'],
  blank: () => newDraft(null),
  load: async (view) => newDraft(view),

  edit(draft, how, uri, value, _index, context) {
    const of = { itemClass: /^IPM\.Appointment(?:\.|$)/i, what: 'calendar items' };
    if (takeWhole(draft, { how, uri, value }, of, context.bytesOf)) return;
    if (IGNORED.has(uri)) return;
    if (how === 'append' && !APPENDED.has(uri)) throw refused(how, uri);
    if (KEPT.has(uri)) {
      draft.kept[`ews:${uri}`] = storedValue(value);
      return;
    }
    if (!TIME_FIELDS.has(uri) && !PEOPLE_FIELDS.has(uri) && !isEventField(uri)) throw refused(how, uri);
    draft.edits.push({ how, uri, value });
    // What is said of a reminder that is not set, and of answers that nobody gives, is told again, too.
    if (REMEMBERED.has(uri)) draft.kept[`ews:${uri}`] = said(value);
    // To know nothing is no status of an event: it is busy to everybody else.
    const busy = uri === 'calendar:LegacyFreeBusyStatus' ? value?.text.trim() : undefined;
    if (busy !== undefined && (busy === 'NoData' || draft.view?.extended[`ews:${uri}`] !== undefined))
      draft.kept[`ews:${uri}`] = busy === 'NoData' ? { type: 'String', value: busy } : null;
  },

  editExtended(draft, property, value) {
    const edit: Edit | null = fieldOfMapi(property, value, MAPI);
    if (edit === null) return FOLLOWING.has(keyOf(property));
    draft.edits.push(edit);
    return true;
  },

  attach(draft, file) {
    draft.files.push(file);
  },

  detach(draft, attachment) {
    draft.dropped.push(attachment);
  },

  compose: async (draft, context) => ({ document: await newEvent(draft, context), kept: draft.kept }),
  save: saveEvent,
};

function said(value: XmlElement | null): StoredProperty | null {
  const text = value?.text.trim();
  if (text === undefined) return null;
  const isNo = value?.name === 'IsResponseRequested' && text === '0';
  return { type: 'String', value: isNo ? 'false' : text };
}

function keyOf({ set, id }: { set?: string; id?: number }): string {
  return `${set}/0x${(id ?? 0).toString(16)}`;
}
