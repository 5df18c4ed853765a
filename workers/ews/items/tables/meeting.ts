import type { XmlContent, XmlObject } from '../../../../codecs/soap/write.ts';
import { parseUtc } from '../../../../core/calendar/time/civil.ts';
import type { Message } from '../../../../core/mail/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import type { PimItem } from '../../../../core/pim/types.ts';
import { responseOf } from '../../../../core/scheduling/meeting.ts';
import { readMeeting } from '../../../../core/scheduling/read-calendar.ts';
import { isNewer, knownVersion, versionOf } from '../../../../core/scheduling/received.ts';
import type { MeetingFacts } from '../../../../core/scheduling/types.ts';
import { invitedElement, OWN_RESPONSES, RESPONSES } from '../../calendar/attendees.ts';
import { selfOf } from '../../calendar/facts.ts';
import type { EwsContext } from '../../context.ts';
import { changeKey, encodeId } from '../../ids/id.ts';
import { singleRecipient } from '../address.ts';
import { viewOf } from '../load.ts';
import type { ItemElement, ItemProperty } from '../property.ts';
import { isoTime } from '../time.ts';
import type { ItemView } from '../view.ts';
import { CALENDAR_PROPERTIES } from './calendar.ts';

const ALL: readonly ItemElement[] = [
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
];
const REQUESTS: readonly ItemElement[] = ['MeetingRequest'];
const RESPONSES_ONLY: readonly ItemElement[] = ['MeetingResponse'];
/** Those whose elements have times and place of the meeting. */
const TIMED: readonly ItemElement[] = ['MeetingRequest', 'MeetingResponse', 'MeetingCancellation'];

type Read = (
  meeting: MeetingFacts,
  view: ItemView,
  context: EwsContext,
) => XmlContent | null | Promise<XmlContent | null>;
type More = Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>>;

/** A property that what is kept beside the message says. */
function said(uri: string, on: readonly ItemElement[], read: Read, more: More = {}): ItemProperty {
  return {
    ...{ uri, element: uri.slice(uri.indexOf(':') + 1), on, inDefault: on, inAll: true, cheap: true },
    read: (view, _shape, context) => {
      const meeting = view.message?.meeting ?? null;
      return meeting === null ? null : read(meeting, view, context);
    },
    ...more,
  };
}

const time = (at: number | null | undefined) => (at === null || at === undefined ? null : isoTime(at));
const meetingOf = ({ message }: ItemView) => message?.meeting ?? null;

const BUSY = {
  free: 'Free',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
  elsewhere: 'WorkingElsewhere',
} as const;

function kindOf({ recurrenceAt, rule }: MeetingFacts): string {
  if (recurrenceAt !== null) return 'Exception';
  return rule === null ? 'Single' : 'RecurringMaster';
}

const booked = new WeakMap<ItemView, Promise<(PimItem & { kind: 'event' }) | null>>();

/** The meeting in the calendar of the mailbox, whatever version of it; null when it is not there. */
function bookedEvent(view: ItemView): Promise<(PimItem & { kind: 'event' }) | null> {
  let found = booked.get(view);
  if (found === undefined) {
    const meeting = meetingOf(view);
    found =
      meeting === null
        ? Promise.resolve(null)
        : view.box.store.itemsByUid('event', meeting.uid).then((items) => {
            const events = items.filter((one): one is PimItem & { kind: 'event' } => one.kind === 'event');
            return events.find((one) => one.document.recurrenceId === undefined) ?? events[0] ?? null;
          });
    booked.set(view, found);
  }
  return found;
}

async function isOutOfDate(meeting: MeetingFacts, view: ItemView): Promise<boolean> {
  // Of one occurrence it is not known which version the series has of it.
  if (meeting.recurrenceAt !== null || view.element !== 'MeetingRequest') return false;
  const event = await bookedEvent(view);
  return event !== null && isNewer(knownVersion(event.document), versionOf(meeting));
}

/** Whether the answer that was given before still stands: then nothing is asked by what is said now. */
async function wasAnswered({ stamp, sequence }: MeetingFacts, view: ItemView): Promise<boolean> {
  const { type, at } = (await bookedEvent(view))?.document['waypost:response'] ?? {};
  const said = parseUtc(at);
  if (said === null || (type !== 'accepted' && type !== 'tentative')) return false;
  // Answers are known to the second: what was asked first cannot have been answered before.
  return sequence > 0 ? said <= stamp : said < stamp;
}

async function requestType(meeting: MeetingFacts, view: ItemView): Promise<string> {
  if (await isOutOfDate(meeting, view)) return 'Outdated';
  if (await wasAnswered(meeting, view)) return 'InformationalUpdate';
  return meeting.sequence === 0 ? 'NewMeetingRequest' : 'FullUpdate';
}

/** What was answered: by who sent an answer, or by the owner to what they were asked. */
async function responseType(meeting: MeetingFacts, view: ItemView, context: EwsContext): Promise<string> {
  if (meeting.attendee !== null) return RESPONSES[meeting.attendee.status];
  return ownResponse(view, context);
}

async function ownResponse(view: ItemView, context: EwsContext): Promise<string> {
  const event = await bookedEvent(view);
  if (event === null) return 'NoResponseReceived';
  return OWN_RESPONSES[responseOf(event.document, await selfOf(view.box, context))];
}

async function calendarItemId(view: ItemView): Promise<XmlObject | null> {
  const event = await bookedEvent(view);
  if (event === null) return null;
  const id = encodeId({ kind: 'item', mailboxId: view.box.ref.mailboxId, itemId: event.itemId });
  return { '@Id': id, '@ChangeKey': changeKey(event.modseq) };
}

async function isOrganizer(
  { organizer }: MeetingFacts,
  view: ItemView,
  context: EwsContext,
): Promise<boolean> {
  return organizer !== null && (await selfOf(view.box, context)).isSelf(organizer.address);
}

const written = new WeakMap<Message, Promise<ItemView | null>>();

/** The meeting as the message has it, as a view of an event: its raw is read for it, once. */
function writtenEvent(view: ItemView, { services }: EwsContext): Promise<ItemView | null> {
  const { message, box } = view;
  if (message === null) return Promise.resolve(null);
  let found = written.get(message);
  if (found === undefined) {
    found = readMeeting(services.blobs, box.store, message).then((itip) => {
      const document = itip?.event ?? itip?.occurrences[0]?.event;
      if (document === undefined) return null;
      const pim: PimItem = { ...view.state, ...pimFacts('event', document), kind: 'event', document };
      return viewOf(box, view.state, null, pim);
    });
    written.set(message, found);
  }
  return found;
}

/** Properties of the event that a message of a meeting has too, told from what was sent (MS-OXWSMTGS 2.2.4.17). */
const OF_THE_EVENT: Readonly<Record<string, readonly ItemElement[]>> = {
  OriginalStart: REQUESTS,
  When: REQUESTS,
  Resources: REQUESTS,
  ConflictingMeetingCount: REQUESTS,
  AdjacentMeetingCount: REQUESTS,
  ConflictingMeetings: REQUESTS,
  AdjacentMeetings: REQUESTS,
  Duration: REQUESTS,
  TimeZone: REQUESTS,
  Recurrence: TIMED,
  FirstOccurrence: REQUESTS,
  LastOccurrence: REQUESTS,
  ModifiedOccurrences: REQUESTS,
  DeletedOccurrences: REQUESTS,
  StartTimeZone: REQUESTS,
  EndTimeZone: REQUESTS,
  ConferenceType: REQUESTS,
  IsOnlineMeeting: REQUESTS,
  MeetingWorkspaceUrl: REQUESTS,
  NetShowUrl: REQUESTS,
  EnhancedLocation: TIMED,
  StartWallClock: REQUESTS,
  EndWallClock: REQUESTS,
  StartTimeZoneId: REQUESTS,
  EndTimeZoneId: REQUESTS,
};

function ofTheEvent(): ItemProperty[] {
  return CALENDAR_PROPERTIES.flatMap((property): ItemProperty[] => {
    const on = OF_THE_EVENT[property.element];
    if (on === undefined || !property.uri.startsWith('calendar:')) return [];
    const { uri, element, inAll } = property;
    return [
      {
        ...{ uri, element, on, inDefault: 'none', inAll, cheap: false },
        async read(view, shape, context) {
          const event = await writtenEvent(view, context);
          const said = event === null ? null : await property.read(event, shape, context);
          if (said !== null || element !== 'Recurrence' || view.element !== 'MeetingResponse') return said;
          // The answer to one occurrence tells of its series, as the organizer has it.
          const series = await bookedEvent(view);
          return series === null
            ? null
            : property.read(viewOf(view.box, view.state, null, series), shape, context);
        },
      },
    ];
  });
}

function invitedPeople(kind: 'required' | 'optional'): ItemProperty {
  const element = kind === 'required' ? 'RequiredAttendees' : 'OptionalAttendees';
  return {
    ...{ uri: `calendar:${element}`, element, on: REQUESTS, inDefault: 'none', inAll: true, cheap: false },
    async read(view, _shape, context) {
      const event = (await writtenEvent(view, context))?.pim;
      return event?.kind !== 'event' ? null : invitedElement(event.document, kind);
    },
  };
}

/** Properties of invitations, answers and cancellations (MS-OXWSMTGS 2.2.4.14 to 20). */
export const MEETING_PROPERTIES: readonly ItemProperty[] = [
  said('meeting:AssociatedCalendarItemId', ALL, (_meeting, view) => calendarItemId(view), { cheap: false }),
  said('meeting:IsDelegated', ALL, () => false, { compare: () => false }),
  said('meeting:IsOutOfDate', ALL, isOutOfDate, { cheap: false }),
  said('meeting:HasBeenProcessed', ALL, async (_meeting, view) => (await bookedEvent(view)) !== null, {
    cheap: false,
  }),
  said('meeting:ResponseType', ALL, responseType, { cheap: false }),
  said('calendar:UID', ALL, ({ uid }) => uid, { compare: (view) => meetingOf(view)?.uid ?? null }),
  said('calendar:RecurrenceId', ALL, ({ recurrenceAt }) => time(recurrenceAt)),
  said('calendar:DateTimeStamp', ALL, ({ stamp }) => isoTime(stamp)),
  said('calendar:IsOrganizer', ALL, isOrganizer, { inDefault: 'none' }),
  said('meetingRequest:MeetingRequestType', REQUESTS, requestType, { cheap: false }),
  said('meetingRequest:IntendedFreeBusyStatus', REQUESTS, ({ busy }) => BUSY[busy], {
    compare: (view) => BUSY[meetingOf(view)?.busy ?? 'busy'],
  }),
  said('calendar:Start', TIMED, ({ startsAt }) => time(startsAt), {
    compare: (view) => meetingOf(view)?.startsAt ?? null,
  }),
  said('calendar:End', TIMED, ({ endsAt }) => time(endsAt), {
    compare: (view) => meetingOf(view)?.endsAt ?? null,
  }),
  said('calendar:Location', TIMED, ({ location }) => (location === '' ? null : location), {
    compare: (view) => meetingOf(view)?.location ?? null,
  }),
  said('calendar:CalendarItemType', TIMED, kindOf, {
    compare: (view) => {
      const meeting = meetingOf(view);
      return meeting === null ? null : kindOf(meeting);
    },
  }),
  said('calendar:IsAllDayEvent', REQUESTS, ({ allDay }) => allDay, {
    compare: (view) => meetingOf(view)?.allDay ?? null,
  }),
  said('calendar:LegacyFreeBusyStatus', REQUESTS, ({ busy }) => BUSY[busy]),
  said('calendar:IsMeeting', REQUESTS, () => true, { compare: () => true }),
  said('calendar:IsCancelled', REQUESTS, ({ method }) => method === 'CANCEL'),
  said('calendar:IsRecurring', REQUESTS, (meeting) => kindOf(meeting) !== 'Single'),
  said('calendar:MeetingRequestWasSent', REQUESTS, () => true),
  said('calendar:MyResponseType', REQUESTS, (_meeting, view, context) => ownResponse(view, context), {
    cheap: false,
  }),
  said('calendar:Organizer', REQUESTS, ({ organizer }) =>
    organizer === null ? null : singleRecipient([organizer]),
  ),
  said('calendar:AppointmentSequenceNumber', REQUESTS, ({ sequence }) => sequence, {
    compare: (view) => meetingOf(view)?.sequence ?? null,
  }),
  // MS-OXOCAL 2.2.1.10: a meeting that was received
  said('calendar:AppointmentState', REQUESTS, ({ method }) => (method === 'CANCEL' ? 7 : 3)),
  said('calendar:AllowNewTimeProposal', REQUESTS, ({ noCounter }) => !noCounter),
  said('meeting:ProposedStart', RESPONSES_ONLY, ({ proposed }) => time(proposed?.startsAt)),
  said('meeting:ProposedEnd', RESPONSES_ONLY, ({ proposed }) => time(proposed?.endsAt)),
  invitedPeople('required'),
  invitedPeople('optional'),
  ...ofTheEvent(),
];
