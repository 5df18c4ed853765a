import { busyOf, reminderOf } from '../../../../core/calendar/marks.ts';
import { dateOfDay, parseLocal } from '../../../../core/calendar/time/civil.ts';
import type { RecurrenceRule } from '../../../../core/calendar/types.ts';
import { globalObjectId } from '../../../../core/scheduling/global-id.ts';
import type { OwnResponse } from '../../../../core/scheduling/meeting.ts';
import { type EventFacts, factsOf } from '../../calendar/facts.ts';
import { zoneNames } from '../../calendar/zone-definition.ts';
import { isoTime } from '../time.ts';
import { documentOf, type ItemView } from '../view.ts';
import type { MapiRead, MapiTable, MapiValue } from './types.ts';

const BUSY = ['free', 'tentative', 'busy', 'oof', 'elsewhere'];
const INSTANCES = ['Single', 'RecurringMaster', 'Occurrence', 'Exception'];
/** PidLidResponseStatus (MS-OXOCAL 2.2.1.11). */
const RESPONSES: Readonly<Record<OwnResponse, number>> = {
  none: 0,
  organizer: 1,
  tentative: 2,
  accepted: 3,
  declined: 4,
  unanswered: 5,
};
/** PidLidRecurrenceType (MS-OXOCAL 2.2.1.45). */
const FREQUENCIES: Partial<Record<RecurrenceRule['frequency'], number>> = {
  daily: 1,
  weekly: 2,
  monthly: 3,
  yearly: 4,
};
const DAY_S = 86_400;

function fact(read: (facts: EventFacts, view: ItemView) => MapiValue): MapiRead {
  const told = (facts: EventFacts | null, view: ItemView) => (facts === null ? null : read(facts, view));
  // At once where that can be: restrictions wait for nothing.
  return (view, context) => {
    const facts = factsOf(view, context);
    return facts instanceof Promise ? facts.then((one) => told(one, view)) : told(facts, view);
  };
}

const start = fact((facts) => isoTime(facts.start));
const end = fact((facts) => isoTime(facts.end));
const categories: MapiRead = (view) => Object.keys(documentOf(view)?.keywords ?? {});

function globalId({ event, whole }: EventFacts, clean: boolean): string {
  const local = clean ? null : parseLocal(event.recurrenceId);
  return globalObjectId(whole.uid, local === null ? null : dateOfDay(Math.floor(local / DAY_S)));
}

/** Events (MS-OXOCAL 2.2.1). */
export const CALENDAR_MAPI: MapiTable = {
  on: ['CalendarItem'],
  values: {
    '0x0037': fact(({ event }) => event.title ?? ''),
    '0x0060': start,
    '0x0061': end,
    'PublicStrings/Keywords': categories,
    'PublicStrings/urn:schemas:calendar:uid': fact(({ whole }) => whole.uid),
    'PublicStrings/urn:schemas:calendar:instancetype': fact(({ kind }) => INSTANCES.indexOf(kind)),
    'Common/0x8501': fact(({ event }) => reminderOf(event)),
    'Common/0x8502': start,
    'Common/0x8503': fact(({ event }) => reminderOf(event) !== null),
    'Common/0x8516': start,
    'Common/0x8517': end,
    'Appointment/0x8201': fact(({ whole }) => whole.sequence ?? 0),
    'Appointment/0x8205': fact(({ event }) => BUSY.indexOf(busyOf(event))),
    'Appointment/0x8208': fact(({ event }) => Object.values(event.locations ?? {})[0]?.name ?? null),
    'Appointment/0x820d': start,
    'Appointment/0x820e': end,
    'Appointment/0x8213': fact((facts) => Math.round((facts.end - facts.start) / 60_000)),
    'Appointment/0x8215': fact(({ event }) => event.showWithoutTime === true),
    'Appointment/0x8217': fact(({ isMeeting, isOrganizer, isCancelled }) =>
      isMeeting ? 1 + (isOrganizer ? 0 : 2) + (isCancelled ? 4 : 0) : 0,
    ),
    'Appointment/0x8218': fact(({ response }) => RESPONSES[response]),
    'Appointment/0x8223': fact(({ kind }) => kind === 'RecurringMaster'),
    'Appointment/0x8228': fact(({ original }) => (original === null ? null : isoTime(original))),
    'Appointment/0x8231': fact(({ whole, kind }) => {
      const [rule] = whole.recurrenceRules ?? [];
      return kind === 'Single' || rule === undefined ? 0 : (FREQUENCIES[rule.frequency] ?? 0);
    }),
    'Appointment/0x8234': fact(({ zone }) => zoneNames(zone)['@Name']),
    'Appointment/0x8235': start,
    'Appointment/0x8236': end,
    'Meeting/0x3': fact((facts) => globalId(facts, false)),
    'Meeting/0x23': fact((facts) => globalId(facts, true)),
  },
};
