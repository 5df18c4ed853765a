import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { BusyBlock } from '../../../core/freebusy/blocks.ts';
import {
  type FreeBusy,
  type FreeBusyOutcome,
  freeBusy,
  MAX_WINDOW_MS,
} from '../../../core/freebusy/free-busy.ts';
import type { BusyStatus } from '../../../core/freebusy/status.ts';
import {
  type Conflict,
  type Invitee,
  type Quality,
  type SuggestedDay,
  suggestTimes,
} from '../../../core/freebusy/suggestions.ts';
import {
  readWorkingHours,
  WORKING_HOURS_SETTING,
  type WorkingHours,
} from '../../../core/people/working-hours.ts';
import { contextZone } from '../calendar/apply-times.ts';
import { readSerializableZone, serializableZone } from '../calendar/availability-zone.ts';
import { readTime, writeLocal } from '../calendar/times.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { encodeId } from '../ids/id.ts';
import { errorMessage, SUCCESS } from '../response-messages.ts';

const MAX_MAILBOXES = 100;
const VIEWS = ['None', 'MergedOnly', 'FreeBusy', 'FreeBusyMerged', 'Detailed', 'DetailedMerged'] as const;
type View = (typeof VIEWS)[number];
const QUALITIES: readonly Quality[] = ['Excellent', 'Good', 'Fair', 'Poor'];
const BUSY: Readonly<Record<BusyStatus, string>> = {
  free: 'Free',
  elsewhere: 'WorkingElsewhere',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
};
const DAY_NAMES = [
  ['su', 'Sunday'],
  ['mo', 'Monday'],
  ['tu', 'Tuesday'],
  ['we', 'Wednesday'],
  ['th', 'Thursday'],
  ['fr', 'Friday'],
  ['sa', 'Saturday'],
] as const;

interface Frame {
  zone: string;
  context: EwsContext;
}

/** GetUserAvailability (MS-OXWAVLS 3.1.4.1): when people are free, and when they could meet. */
export const getUserAvailability: Operation = async (request, context) => {
  const mailboxes = children(child(request, 'MailboxDataArray'), 'MailboxData');
  if (mailboxes.length === 0 || mailboxes.length > MAX_MAILBOXES)
    throw new SchemaError('MailboxDataArray must hold 1 to 100 mailboxes.');
  const addresses = mailboxes.map((one) => textOf(at(one, 'Email'), 'Address') ?? '');
  const frame = { context, zone: zoneOf(request, context) };
  const options = child(request, 'FreeBusyViewOptions');
  const wishes = child(request, 'SuggestionsViewOptions');
  if (options === null && wishes === null)
    throw new EwsError('ErrorMissingArgument', 'Neither free and busy times nor suggestions are asked for.');
  return {
    ...(options === null
      ? {}
      : { FreeBusyResponseArray: { FreeBusyResponse: await views(addresses, options, frame) } }),
    ...(wishes === null ? {} : { SuggestionsResponse: await suggestions(addresses, wishes, frame) }),
  };
};

/** What times are meant in that do not say it: TimeZone, else that of the request's header. */
function zoneOf(request: XmlElement, context: EwsContext): string {
  const element = child(request, 'TimeZone');
  const now = context.services.now();
  if (element !== null && element.children.length > 0) return readSerializableZone(element, now);
  return contextZone(context, now) ?? 'Etc/UTC';
}

/** A Duration in milliseconds since the epoch. @throws EwsError ErrorInvalidTimeInterval, ErrorTimeIntervalTooBig */
function windowOf(element: XmlElement | null, zone: string): { from: number; to: number } {
  const time = (name: string) => readTime(textOf(element, name) ?? '', zone);
  const [from, to] = [time('StartTime'), time('EndTime')];
  if (from === null || to === null) throw new SchemaError('a window must have a StartTime and an EndTime.');
  if (to <= from) throw new EwsError('ErrorInvalidTimeInterval', 'The time window ends before it begins.');
  if (to - from > MAX_WINDOW_MS)
    throw new EwsError('ErrorTimeIntervalTooBig', 'The time window is longer than 62 days.');
  return { from, to };
}

async function views(addresses: readonly string[], options: XmlElement, frame: Frame): Promise<XmlObject[]> {
  const { services, principal } = frame.context;
  const window = windowOf(child(options, 'TimeWindow'), frame.zone);
  const intervalMinutes = Number(textOf(options, 'MergedFreeBusyIntervalInMinutes') ?? 30);
  if (!(intervalMinutes >= 5 && intervalMinutes <= 1440))
    throw new EwsError(
      'ErrorInvalidMergedFreeBusyInterval',
      'The interval must be between 5 and 1440 minutes.',
    );
  const said = textOf(options, 'RequestedView') ?? 'FreeBusy';
  const view = VIEWS.find((one) => one === said);
  if (view === undefined) throw new SchemaError('RequestedView is none of the schema.');
  if (view === 'None') throw new EwsError('ErrorInvalidFreeBusyViewType', 'No view is asked for.');
  const found = await freeBusy(services, principal, addresses, { ...window, intervalMinutes });
  return Promise.all(found.map((one) => viewOf(one, view, frame)));
}

const FAILURES: Readonly<Record<Exclude<FreeBusyOutcome, 'ok'>, [code: string, text: string]>> = {
  denied: ['ErrorNoFreeBusyAccess', 'The calendar may not be seen.'],
  unknown: ['ErrorMailRecipientNotFound', 'Nobody here has this address.'],
  failed: ['ErrorFreeBusyGenerationFailed', 'The calendar cannot be read now.'],
  'too-many': ['ErrorFreeBusyDLLimitReached', 'Too many people are asked for at once.'],
  'group-too-large': ['ErrorFreeBusyDLLimitReached', 'The group has too many members.'],
};

async function viewOf(found: FreeBusy, wanted: View, frame: Frame): Promise<XmlObject> {
  if (found.outcome !== 'ok') {
    const [code, text] = FAILURES[found.outcome];
    return {
      ResponseMessage: errorMessage(new EwsError(code, text)),
      FreeBusyView: { FreeBusyViewType: 'None' },
    };
  }
  const merged = wanted.includes('Merged') ? { MergedFreeBusy: found.merged } : {};
  // Of a group nobody sees more than the whole.
  if (wanted === 'MergedOnly' || found.kind === 'group') {
    return {
      ResponseMessage: SUCCESS,
      FreeBusyView: { FreeBusyViewType: 'MergedOnly', MergedFreeBusy: found.merged },
    };
  }
  const detailed = wanted.startsWith('Detailed') && found.view === 'detail';
  const events = await Promise.all(found.blocks.map((one) => eventOf(one, found.address, detailed, frame)));
  const type = `${detailed ? 'Detailed' : 'FreeBusy'}${wanted.endsWith('Merged') ? 'Merged' : ''}`;
  const hours = found.workingHours === null ? null : hoursOf(found.workingHours, frame);
  return {
    ResponseMessage: SUCCESS,
    FreeBusyView: {
      FreeBusyViewType: type,
      ...merged,
      ...(events.length === 0 ? {} : { CalendarEventArray: { CalendarEvent: events } }),
      ...(hours === null ? {} : { WorkingHours: hours }),
    },
  };
}

async function eventOf(
  { start, end, status, detail }: BusyBlock,
  address: string,
  detailed: boolean,
  { zone, context }: Frame,
): Promise<XmlObject> {
  const common = {
    StartTime: writeLocal(start, zone),
    EndTime: writeLocal(end, zone),
    BusyType: BUSY[status],
  };
  if (!detailed || detail === null) return common;
  const { ref } = await context.open({ address });
  const { itemId, title, location, isMeeting, isRecurring, isException, hasReminder } = detail;
  return {
    ...common,
    CalendarEventDetails: {
      ID: encodeId({ kind: 'item', mailboxId: ref.mailboxId, itemId }),
      Subject: title,
      Location: location,
      IsMeeting: isMeeting,
      IsRecurring: isRecurring,
      IsException: isException,
      IsReminderSet: hasReminder,
      IsPrivate: false,
    },
  };
}

/** null for who never works: clients cannot read a list without a period. */
function hoursOf({ days, start, end, timeZone }: WorkingHours, { context }: Frame): XmlObject | null {
  const names = DAY_NAMES.flatMap(([day, name]) => (days.includes(day) ? [name] : []));
  if (names.length === 0) return null;
  return {
    TimeZone: serializableZone(timeZone, context.services.now()),
    WorkingPeriodArray: {
      WorkingPeriod: { DayOfWeek: names.join(' '), StartTimeInMinutes: start, EndTimeInMinutes: end },
    },
  };
}

/** Suggestions are told as an answer of their own, so that what is wrong with them leaves the calendars. */
async function suggestions(
  addresses: readonly string[],
  wishes: XmlElement,
  frame: Frame,
): Promise<XmlObject> {
  const { context, zone } = frame;
  const { services, principal } = context;
  const number = (name: string, usual: number, min: number, max: number) => {
    const value = Number(textOf(wishes, name) ?? usual);
    if (!(value >= min && value <= max))
      throw new EwsError('ErrorInvalidArgument', `${name} is out of range.`);
    return value;
  };
  try {
    const window = windowOf(child(wishes, 'DetailedSuggestionsWindow'), zone);
    const minutes = number('MeetingDurationInMinutes', 60, 30, 1440);
    const said = textOf(wishes, 'MinimumSuggestionQuality') ?? 'Fair';
    const minimum = QUALITIES.find((one) => one === said);
    if (minimum === undefined) throw new SchemaError('MinimumSuggestionQuality is none of the schema.');
    const to = Math.min(window.to + minutes * 60_000, window.from + MAX_WINDOW_MS);
    const [found, setting] = await Promise.all([
      freeBusy(services, principal, addresses, { from: window.from, to, intervalMinutes: 30 }),
      services.directory.getUserSetting(
        principal.tenant.tenantId,
        principal.user.userId,
        WORKING_HOURS_SETTING,
      ),
    ]);
    const days = suggestTimes(found.map(inviteeOf), {
      ...{ ...window, zone, now: services.now(), durationMs: minutes * 60_000, minimum },
      goodThreshold: number('GoodThreshold', 25, 1, 49),
      most: number('MaximumResultsByDay', 10, 0, 48),
      mostOutsideOfWork: number('MaximumNonWorkHourResultsByDay', 0, 0, 48),
      workingHours: readWorkingHours(setting),
    });
    return {
      ResponseMessage: SUCCESS,
      SuggestionDayResultArray: { SuggestionDayResult: days.map((day) => dayOf(day, zone)) },
    };
  } catch (error) {
    if (error instanceof SchemaError || !(error instanceof EwsError)) throw error;
    return { ResponseMessage: errorMessage(error) };
  }
}

function inviteeOf({ outcome, kind, blocks, members }: FreeBusy): Invitee {
  if (outcome === 'group-too-large') return { kind: 'too-big' };
  if (outcome !== 'ok') return { kind: 'unknown' };
  if (kind === 'user') return { kind: 'individual', blocks };
  return { kind: 'group', members: members.map((one) => (one.outcome === 'ok' ? one.blocks : null)) };
}

function dayOf({ date, quality, suggestions: list }: SuggestedDay, zone: string): XmlObject {
  return {
    Date: writeLocal(date, zone),
    DayQuality: quality,
    SuggestionArray: {
      Suggestion: list.map(({ start, isWorkTime, quality: own, conflicts }) => ({
        MeetingTime: writeLocal(start, zone),
        IsWorkTime: isWorkTime,
        SuggestionQuality: own,
        AttendeeConflictDataArray: { $: conflicts.map(conflictOf) },
      })),
    },
  };
}

function conflictOf(conflict: Conflict): XmlPair {
  switch (conflict.kind) {
    case 'individual':
      return ['IndividualAttendeeConflictData', { BusyType: BUSY[conflict.status] }];
    case 'group':
      return [
        'GroupAttendeeConflictData',
        {
          NumberOfMembers: conflict.members,
          NumberOfMembersAvailable: conflict.available,
          NumberOfMembersWithConflict: conflict.taken,
          NumberOfMembersWithNoData: conflict.unknown,
        },
      ];
    case 'too-big':
      return ['TooBigGroupAttendeeConflictData', {}];
    case 'unknown':
      return ['UnknownAttendeeConflictData', {}];
  }
}
