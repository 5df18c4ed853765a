import { child, textOf, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { formatUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { sameJson } from '../../../../core/scheduling/equal.ts';
import { isOrganizer, type Self } from '../../../../core/scheduling/meeting.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { takeExceptions } from './exceptions.ts';
import { takeFields } from './fields.ts';
import { takePeople } from './people.ts';
import { settleOverrides, takeRecurrence } from './series.ts';
import { takeTimes, withTimes } from './times.ts';
import { timeOf } from './wire.ts';

const MAX_UID = 300;

export interface TakeFrame {
  version: Version;
  self: Self;
  /** Seconds since the epoch. */
  now: number;
  /** null for an Add. */
  present: CalendarEvent | null;
  supported: ReadonlySet<string> | null;
  /** For an event that the device does not name itself. */
  uid: string;
}

/** Elements that a device need not manage: left out they stay, unless it said that it does (MS-ASCAL 2.2.2, ghosted). */
const GHOSTED = new Set([
  'AirSyncBase:Body',
  'Calendar:Attendees',
  'Calendar:DisallowNewTimeProposal',
  'Calendar:MeetingStatus',
  'Calendar:OrganizerEmail',
  'Calendar:OrganizerName',
  'Calendar:ResponseRequested',
]);

/**
 * Whether what a Change leaves out is gone. From 16.0 on nothing is (MS-ASCAL 3.1.5.3). Before, a device that named what
 * it manages manages that, and always the place (2.2.2.27); one that did not manages what cannot be ghosted, when it sends
 * the whole event, which has its times.
 */
function goneOf(data: WbxmlElement, { version, present, supported }: TakeFrame): (tag: string) => boolean {
  if (present === null || atLeast(version, '16.0')) return () => false;
  const isWhole = child(data, 'Calendar:StartTime') !== undefined;
  if (supported === null) return (tag) => isWhole && !GHOSTED.has(tag);
  if (supported.size === 0) return () => false;
  return (tag) => {
    if (tag === 'Calendar:Location') return true;
    // Nobody wants an event to lose its name or its rules because something else of it was sent alone.
    const isOfTheWhole = tag === 'Calendar:Subject' || tag === 'Calendar:Recurrence';
    return supported.has(tag) && (isWhole || !isOfTheWhole);
  };
}

/** What a device says of an event, over what is there; 'invalid' for Status 6. */
export function takeEvent(data: WbxmlElement, frame: TakeFrame): CalendarEvent | 'invalid' {
  const { version, self, now, present } = frame;
  const begun = present ?? newEvent(data, frame);
  const times = takeTimes(data, { version, now, present, zone: self.zone });
  if (begun === 'invalid' || times === 'invalid') return 'invalid';
  const isGone = goneOf(data, frame);
  const organizes = present === null || isOrganizer(present, self);
  const timed = withTimes(begun, times);
  const fields = takeFields(timed, data, { version, isGone, isOrganizer: organizes });
  if (fields === 'invalid') return 'invalid';
  const people = takePeople(fields, data, {
    ...{ version, self, isNew: present === null },
    clearAttendees: isGone('Calendar:Attendees'),
  });
  if (people === 'invalid') return 'invalid';
  const ruled = takeRecurrence(people, data, { version, present, isGone: isGone('Calendar:Recurrence') });
  if (ruled === 'invalid') return 'invalid';
  const settled = present === null ? ruled : settleOverrides(present, ruled, version);
  const whole = takeExceptions(settled, data, { version, self, now });
  if (whole === 'invalid') return 'invalid';
  return present !== null && sameJson(present, whole) ? present : { ...whole, updated: stampOf(data, frame) };
}

function newEvent(data: WbxmlElement, { version, now, uid }: TakeFrame): CalendarEvent | 'invalid' {
  const stamp = formatUtc(now * 1000);
  const event: CalendarEvent = { '@type': 'Event', uid, created: stamp, updated: stamp, start: '' };
  if (atLeast(version, '16.0')) {
    const clientUid = textOf(data, 'Calendar:ClientUid')?.trim() ?? '';
    if (clientUid.length > MAX_UID) return 'invalid';
    return clientUid === '' ? event : { ...event, 'waypost:clientUid': clientUid };
  }
  const named = textOf(data, 'Calendar:UID')?.trim() ?? '';
  if (named.length > MAX_UID) return 'invalid';
  return named === '' ? event : { ...event, uid: named };
}

/** When it was changed: as an older device says it, but never in the future. */
function stampOf(data: WbxmlElement, { version, now }: TakeFrame): string {
  const said = atLeast(version, '16.0') ? undefined : timeOf(data, 'Calendar:DtStamp');
  return formatUtc((typeof said === 'number' ? Math.min(said, now) : now) * 1000);
}
