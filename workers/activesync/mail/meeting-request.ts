import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { parseLocal } from '../../../core/calendar/time/civil.ts';
import { writeTimeZone } from '../../../core/calendar/zones/activesync.ts';
import { localOf, utcOf } from '../../../core/calendar/zones/convert.ts';
import { isMeetingClass } from '../../../core/mail/message-class.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import { globalObjectId } from '../../../core/scheduling/global-id.ts';
import { isNewer, knownVersion, versionOf } from '../../../core/scheduling/received.ts';
import type { MeetingFacts } from '../../../core/scheduling/types.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { type Pattern, patternOf } from '../pim/calendar/recurrence.ts';
import { compactTime } from '../pim/times.ts';
import { isoTime } from './time.ts';

/** MS-ASEMAIL 2.2.2.20 */
const MEETING_CONTENT = 'urn:content-classes:calendarmessage';
const NO_ZONE = 'Etc/UTC';
const BUSY = ['free', 'tentative', 'busy', 'oof', 'elsewhere'] as const;
const BUSY_NUMBER = 2;
const FREE_NUMBER = 0;
const MAX_REMINDER_S = 65_535;
const MAX_LOCATION = 32_768;
/** MS-ASEMAIL 2.2.2.47 */
const TYPE = { unspecified: 0, initial: 1, update: 2, outdated: 4, delegated: 5 } as const;

/** Whether a device is told of a message as one of a meeting. */
function isMeetingMessage({ messageClass, meeting }: Pick<Message, 'messageClass' | 'meeting'>): boolean {
  return meeting !== null && isMeetingClass(messageClass);
}

/** ContentClass of a message of a meeting, or null for any other. */
export function meetingContentClass(message: Message): string | null {
  return isMeetingMessage(message) ? MEETING_CONTENT : null;
}

/** Whether the calendar knows something newer of the meeting than this message says (MS-ASEMAIL 2.2.2.47). */
export async function isOutdated(
  mailbox: Pick<MailboxStore, 'itemsByUid'>,
  { meeting, messageClass }: Pick<Message, 'meeting' | 'messageClass'>,
): Promise<boolean> {
  if (meeting === null || messageClass !== 'IPM.Schedule.Meeting.Request') return false;
  if (meeting.recurrenceAt !== null) return false;
  const items = await mailbox.itemsByUid('event', meeting.uid);
  return items.some(
    (item) =>
      item.kind === 'event' &&
      item.document.recurrenceId === undefined &&
      isNewer(knownVersion(item.document), versionOf(meeting)),
  );
}

/** The MeetingRequest of a message (MS-ASEMAIL 2.2.2.48), its children in the order of the schema; none for other mail. */
export function meetingRequest(message: Message, version: Version, outdated: boolean): WbxmlNode[] {
  const { meeting } = message;
  if (meeting === null || !isMeetingMessage(message)) return [];
  const v16 = atLeast(version, '16.0');
  const proposed = atLeast(version, '16.1') ? meeting.proposed : null;
  const noCounter = atLeast(version, '14.0') && meeting.noCounter;
  return [
    el(
      'Email:MeetingRequest',
      el('Email:AllDayEvent', meeting.allDay ? 1 : 0),
      meeting.startsAt === null
        ? null
        : el('Email:StartTime', isoTime(wireTime(meeting, meeting.startsAt, v16))),
      el('Email:DtStamp', isoTime(meeting.stamp)),
      meeting.endsAt === null ? null : el('Email:EndTime', isoTime(wireTime(meeting, meeting.endsAt, v16))),
      el('Email:InstanceType', instanceType(meeting)),
      locationOf(meeting, v16),
      organizerOf(meeting),
      meeting.recurrenceAt === null ? null : el('Email:RecurrenceId', isoTime(meeting.recurrenceAt)),
      meeting.reminder === null
        ? null
        : el('Email:Reminder', Math.min(MAX_REMINDER_S, meeting.reminder * 60)),
      el('Email:ResponseRequested', meeting.responseRequested ? 1 : 0),
      recurrencesOf(meeting, version),
      el('Email:Sensitivity', meeting.sensitivity),
      el('Email:BusyStatus', busyNumber(message, meeting, version)),
      el('Email:TimeZone', writeTimeZone(meeting.zone ?? NO_ZONE, meeting.startsAt ?? meeting.stamp)),
      v16 ? null : el('Email:GlobalObjId', globalObjectId(meeting.uid, dayOf(meeting))),
      noCounter ? el('Email:DisallowNewTimeProposal', 1) : null,
      atLeast(version, '14.1')
        ? el('Email2:MeetingMessageType', messageType(message, meeting, outdated))
        : null,
      v16 ? el('Calendar:UID', meeting.uid) : null,
      proposed === null ? null : el('MeetingResponse:ProposedStartTime', compactTime(proposed.startsAt)),
      proposed === null ? null : el('MeetingResponse:ProposedEndTime', compactTime(proposed.endsAt)),
      v16 ? forwardeesOf(meeting) : null,
    ),
  ];
}

/** From 16.0 on whole days are dates: midnight of UTC; before, that of the zone that is told with them. */
function wireTime(meeting: MeetingFacts, at: number, v16: boolean): number {
  if (!meeting.allDay || meeting.zone === null || !v16) return at;
  return localOf(at, meeting.zone) * 1000;
}

/** MS-ASEMAIL 2.2.2.40: 0 single, 1 a series, 3 an exception to one. */
function instanceType({ recurrenceAt, rule }: MeetingFacts): 0 | 1 | 3 {
  if (recurrenceAt !== null) return 3;
  return rule === null ? 0 : 1;
}

function locationOf({ location }: MeetingFacts, v16: boolean): WbxmlNode | null {
  if (location === '') return null;
  const name = location.slice(0, MAX_LOCATION);
  return v16 ? el('AirSyncBase:Location', el('AirSyncBase:DisplayName', name)) : el('Email:Location', name);
}

function organizerOf({ organizer }: MeetingFacts): WbxmlNode | null {
  if (organizer === null) return null;
  const { name, address } = organizer;
  return el(
    'Email:Organizer',
    name === '' || name === address ? address : `"${name.replace(/["\\]/g, '')}" <${address}>`,
  );
}

const PATTERN = [
  'Type',
  'Interval',
  'Until',
  'Occurrences',
  'WeekOfMonth',
  'DayOfMonth',
  'DayOfWeek',
  'MonthOfYear',
] as const satisfies readonly (keyof Pattern)[];
const PATTERN_2 = [
  'CalendarType',
  'IsLeapMonth',
  'FirstDayOfWeek',
] as const satisfies readonly (keyof Pattern)[];

function recurrencesOf(meeting: MeetingFacts, version: Version): WbxmlNode | null {
  const { rule, start, zone, allDay } = meeting;
  const begins = start === null ? null : parseLocal(start);
  if (rule === null || begins === null) return null;
  const pattern = patternOf(rule, {
    version,
    start: begins,
    toWire: (until) => {
      const local = parseLocal(until);
      if (local === null) return null;
      const dated = allDay && atLeast(version, '16.0');
      return compactTime(dated || zone === null ? local * 1000 : utcOf(local, zone));
    },
    toLocal: () => null,
  });
  if (pattern === null) return null;
  const one = (page: 'Email' | 'Email2', name: keyof Pattern) => {
    const value = pattern[name];
    return value === undefined ? [] : [el(`${page}:${name}`, value)];
  };
  return el(
    'Email:Recurrences',
    el(
      'Email:Recurrence',
      PATTERN.flatMap((name) => one('Email', name)),
      PATTERN_2.flatMap((name) => one('Email2', name)),
    ),
  );
}

/** What the time is meant to be shown as; a meeting that is cancelled takes none. */
function busyNumber({ messageClass }: Message, { busy }: MeetingFacts, version: Version): number {
  if (messageClass === 'IPM.Schedule.Meeting.Canceled') return FREE_NUMBER;
  if (busy === 'elsewhere' && !atLeast(version, '16.0')) return FREE_NUMBER;
  const number = BUSY.indexOf(busy);
  return number < 0 ? BUSY_NUMBER : number;
}

function messageType(
  { messageClass }: Message,
  { sequence, delegated }: MeetingFacts,
  outdated: boolean,
): number {
  if (messageClass !== 'IPM.Schedule.Meeting.Request') return TYPE.unspecified;
  if (outdated) return TYPE.outdated;
  if (delegated === true) return TYPE.delegated;
  return sequence === 0 ? TYPE.initial : TYPE.update;
}

/** The day of the occurrence in its own zone, for the id of an exception. */
function dayOf({ recurrenceAt, zone }: MeetingFacts): { year: number; month: number; day: number } | null {
  if (recurrenceAt === null) return null;
  const date = new Date(localOf(recurrenceAt, zone ?? NO_ZONE) * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function forwardeesOf({ forwardees }: MeetingFacts): WbxmlNode | null {
  if (forwardees.length === 0) return null;
  return el(
    'ComposeMail:Forwardees',
    forwardees.map(({ name, address }) =>
      el('ComposeMail:Forwardee', el('ComposeMail:Name', name || address), el('ComposeMail:Email', address)),
    ),
  );
}
