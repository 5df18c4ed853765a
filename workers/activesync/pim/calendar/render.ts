import { el, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { reminderOf, sensitivityOf } from '../../../../core/calendar/marks.ts';
import { parseUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import type { Self } from '../../../../core/scheduling/meeting.ts';
import type { BodyPreference } from '../../../../core/sync/options.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { renderBody, type TextBody } from '../body.ts';
import { attachmentsElement } from './attachments.ts';
import { exceptionsElement } from './exceptions.ts';
import { locationElement } from './location.ts';
import { busyOf, categoryElements } from './marks.ts';
import { attendeesElement, meetingStatusOf, organizerElements, responseElements } from './people.ts';
import { recurrenceElement } from './recurrence.ts';
import { shownPattern } from './series.ts';
import { timeElements, zoneElement } from './times.ts';
import { formatCompact } from './wire.ts';

const MAX_UID = 300;

export interface RenderFrame {
  version: Version;
  self: Self;
  itemId: string;
  bodies: readonly BodyPreference[];
  /** Nothing is cut. */
  whole: boolean;
}

/** The properties of an event that a device shows (MS-ASCAL 2.2.2), without a wrapping element. */
export function renderEvent(event: CalendarEvent, frame: RenderFrame): WbxmlNode[] {
  const { version, self } = frame;
  const v14 = atLeast(version, '14.0');
  const pattern = shownPattern(event, version);
  return [
    zoneElement(event, version),
    dtStamp(event),
    ...timeElements(event, version),
    el('Calendar:UID', event.uid.slice(0, MAX_UID)),
    ...organizerElements(event, self),
    pattern === null ? null : recurrenceElement(pattern),
    ...describe(event, frame),
    el('AirSyncBase:NativeBodyType', bodyOf(event).contentType === 'text/html' ? 2 : 1),
    ...(v14 ? responseElements(event, self) : []),
    v14 ? el('Calendar:DisallowNewTimeProposal', event['waypost:noCounter'] === true) : null,
    exceptionsElement(event, version, (one) => describeException(one, frame)),
  ].filter((node) => node !== null);
}

/** What a series and its exceptions both have (MS-ASCAL 2.2.2.21). */
function describe(event: CalendarEvent, frame: RenderFrame): WbxmlNode[] {
  const { version, self, bodies, whole, itemId } = frame;
  const reminder = reminderOf(event);
  const { conf, external } = event['waypost:onlineMeeting'] ?? {};
  const online = atLeast(version, '14.1');
  return [
    event.title === undefined || event.title === '' ? null : el('Calendar:Subject', event.title),
    locationElement(event, version),
    renderBody(bodyOf(event), bodies, version, whole),
    categoryElements(event),
    el('Calendar:Sensitivity', sensitivityOf(event)),
    el('Calendar:BusyStatus', busyOf(event, version)),
    el('Calendar:AllDayEvent', event.showWithoutTime === true),
    reminder === null ? null : el('Calendar:Reminder', reminder),
    el('Calendar:MeetingStatus', meetingStatusOf(event, self)),
    attendeesElement(event, version),
    online && conf !== undefined ? el('Calendar:OnlineMeetingConfLink', conf) : null,
    online && external !== undefined ? el('Calendar:OnlineMeetingExternalLink', external) : null,
    atLeast(version, '16.0') ? attachmentsElement(event, itemId) : null,
  ].filter((node) => node !== null);
}

const FROM_14 = new Set(['Calendar:Attendees']);
const OF_EXCEPTIONS = new Set(['Calendar:AppointmentReplyTime', 'Calendar:ResponseType']);

function describeException(event: CalendarEvent, frame: RenderFrame): WbxmlNode[] {
  const nodes = describe(event, frame);
  if (!atLeast(frame.version, '14.0')) return nodes.filter(({ tag }) => !FROM_14.has(tag));
  return [...nodes, ...responseElements(event, frame.self).filter(({ tag }) => OF_EXCEPTIONS.has(tag))];
}

function bodyOf({ description = '', descriptionContentType }: CalendarEvent): TextBody {
  return {
    text: description,
    contentType: descriptionContentType?.startsWith('text/html') === true ? 'text/html' : 'text/plain',
  };
}

function dtStamp({ updated }: CalendarEvent): WbxmlNode | null {
  const at = parseUtc(updated);
  return at === null ? null : el('Calendar:DtStamp', formatCompact(at / 1000));
}
