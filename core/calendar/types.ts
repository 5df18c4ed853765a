/**
 * Events and tasks as RFC 8984 (JSCalendar) has them, as far as Waypost uses it. A document is JSON: what is absent has
 * the RFC's default. Properties that are not named here stay in a document as they came.
 */

/** Local date-time without zone: `2026-03-29T02:30:00` (RFC 8984 1.4.4). */
export type LocalDateTime = string;
/** `2026-03-29T01:30:00Z` (RFC 8984 1.4.3). */
export type UtcDateTime = string;
/** `P1DT2H` and the like; `SignedDuration` may begin with `-` (RFC 8984 1.4.5, 1.4.6). */
export type Duration = string;

export interface NDay {
  '@type': 'NDay';
  day: 'mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa' | 'su';
  nthOfPeriod?: number;
}

/** RFC 8984 4.3.3; the parts are those of RRULE. */
export interface RecurrenceRule {
  '@type': 'RecurrenceRule';
  frequency: 'yearly' | 'monthly' | 'weekly' | 'daily' | 'hourly' | 'minutely' | 'secondly';
  interval?: number;
  /** CLDR calendar in lower case (RFC 7529); absent: gregorian. */
  rscale?: string;
  skip?: 'omit' | 'backward' | 'forward';
  firstDayOfWeek?: NDay['day'];
  byDay?: NDay[];
  byMonthDay?: number[];
  byMonth?: string[];
  byYearDay?: number[];
  byWeekNo?: number[];
  byHour?: number[];
  byMinute?: number[];
  bySecond?: number[];
  bySetPosition?: number[];
  count?: number;
  /** In the time zone of the object. */
  until?: LocalDateTime;
}

export interface Location {
  '@type': 'Location';
  name?: string;
  description?: string;
  /** `geo:` URI. */
  coordinates?: string;
  timeZone?: string;
  /** Not of the RFC: the address as ActiveSync 16 has it (MS-ASAIRS 2.2.2.28). */
  'waypost:address'?: Partial<
    Record<
      'annotation' | 'street' | 'city' | 'state' | 'country' | 'postalCode' | 'locationUri' | 'source',
      string
    >
  > & { accuracy?: number; altitude?: number; altitudeAccuracy?: number };
}

export interface Link {
  '@type': 'Link';
  /** `waypost:attachment/<id>` for a file that is kept with the object; else any URI. */
  href: string;
  contentType?: string;
  size?: number;
  title?: string;
  /** `enclosure` for attachments. */
  rel?: string;
  cid?: string;
}

export type ParticipationStatus = 'needs-action' | 'accepted' | 'declined' | 'tentative' | 'delegated';

/** RFC 8984 4.4.6. */
export interface Participant {
  '@type': 'Participant';
  name?: string;
  email?: string;
  /** `{ imip: 'mailto:ann@example.com' }`. */
  sendTo?: Record<string, string>;
  kind?: 'individual' | 'group' | 'resource' | 'location';
  /** owner: the organizer. optional, informational, chair, attendee. */
  roles: Record<string, true>;
  participationStatus?: ParticipationStatus;
  participationComment?: string;
  expectReply?: boolean;
  scheduleAgent?: 'server' | 'client' | 'none';
  scheduleSequence?: number;
  scheduleUpdated?: UtcDateTime;
  scheduleStatus?: string[];
  /** Not of the RFC: the time that this participant proposes instead (iTIP COUNTER). */
  'waypost:proposed'?: { start: UtcDateTime; end: UtcDateTime };
  /** Parameters of its ATTENDEE that nothing here stands for, to be written again. */
  'waypost:ical'?: Record<string, string | string[]>;
}

export interface Alert {
  '@type': 'Alert';
  trigger:
    | { '@type': 'OffsetTrigger'; offset: Duration; relativeTo?: 'start' | 'end' }
    | { '@type': 'AbsoluteTrigger'; when: UtcDateTime };
  action?: 'display' | 'email';
  acknowledged?: UtcDateTime;
  /** Properties of its VALARM that nothing here stands for, as jCal, to be written again. */
  'waypost:ical'?: { properties: unknown[] };
}

/** A patch of an occurrence: paths (RFC 6901 without the leading slash) to values; null removes (RFC 8984 1.4.9). */
export type PatchObject = Record<string, unknown>;

/** What events and tasks share. */
export interface CalendarObject {
  uid: string;
  prodId?: string;
  created?: UtcDateTime;
  updated: UtcDateTime;
  sequence?: number;
  method?: string;
  title?: string;
  description?: string;
  /** `text/plain` (default) or `text/html`. */
  descriptionContentType?: string;
  showWithoutTime?: boolean;
  locations?: Record<string, Location>;
  virtualLocations?: Record<string, { '@type': 'VirtualLocation'; name?: string; uri: string }>;
  links?: Record<string, Link>;
  /** By UID (RFC 8984 4.1.3); relation: first, next, parent, child, … */
  relatedTo?: Record<string, { '@type': 'Relation'; relation?: Record<string, true> }>;
  locale?: string;
  keywords?: Record<string, true>;
  color?: string;
  recurrenceId?: LocalDateTime;
  recurrenceIdTimeZone?: string | null;
  recurrenceRules?: RecurrenceRule[];
  excludedRecurrenceRules?: RecurrenceRule[];
  /** By the LocalDateTime of the occurrence; `{ excluded: true }` for one that does not take place. */
  recurrenceOverrides?: Record<LocalDateTime, PatchObject>;
  excluded?: boolean;
  priority?: number;
  freeBusyStatus?: 'free' | 'busy';
  privacy?: 'public' | 'private' | 'secret';
  replyTo?: Record<string, string>;
  participants?: Record<string, Participant>;
  alerts?: Record<string, Alert>;
  /** IANA name; null: floating, the same hour wherever one is (RFC 8984 4.7.1). */
  timeZone?: string | null;
  /** Properties of the iCalendar it came from that nothing here stands for, as jCal triples (RFC 7265), to be written again. */
  'waypost:ical'?: {
    properties: unknown[];
    components?: unknown[];
    /** Parameters of properties that are understood themselves, by the name of the property. */
    params?: Record<string, Record<string, string | string[]>>;
  };
}

/** RFC 8984 2.1. */
export interface CalendarEvent extends CalendarObject {
  '@type': 'Event';
  start: LocalDateTime;
  /** Absent: PT0S. */
  duration?: Duration;
  status?: 'confirmed' | 'cancelled' | 'tentative';
  /** Not of the RFC: MAPI's finer busy status where freeBusyStatus does not say it (MS-ASCAL 2.2.2.8). */
  'waypost:busy'?: 'free' | 'tentative' | 'busy' | 'oof' | 'elsewhere';
  /** What the organizer of a meeting means the time to be shown as once it is accepted (MS-OXOCAL 2.2.6.2). */
  'waypost:intendedBusy'?: 'free' | 'tentative' | 'busy' | 'oof' | 'elsewhere';
  /** personal (1), private, confidential stand in privacy; MS-ASCAL 2.2.2.42 has one more. */
  'waypost:sensitivity'?: 'normal' | 'personal' | 'private' | 'confidential';
  /** Attendees may not propose another time (MS-ASCAL 2.2.2.14). */
  'waypost:noCounter'?: true;
  /** What the mailbox's owner answered, and when (MS-ASCAL 2.2.2.41, 2.2.2.3). */
  'waypost:response'?: {
    type: 'organizer' | 'tentative' | 'accepted' | 'declined' | 'none';
    at?: UtcDateTime;
  };
  'waypost:onlineMeeting'?: { conf?: string; external?: string };
  /** How people meet online in the words of older clients (MS-OXOCAL 2.2.1.56): 0 NetMeeting, 1 NetShow, 2 Exchange. */
  'waypost:conference'?: { type?: 0 | 1 | 2; workspace?: string; show?: string };
  /** The id that the device made (MS-ASCAL 2.2.2.9). */
  'waypost:clientUid'?: string;
  /** The end of a copy in the calendar of an attendee who was not invited directly, etc. */
  'waypost:forwardees'?: { name: string; email: string }[];
  /** Of an occurrence that stands for all that follow it too (RFC 5545 3.2.13). */
  'waypost:following'?: true;
  /**
   * Of a series of somebody else that was cut by a change of this and following: the UID that its organizer knows, where
   * it is another here, and by how many seconds its occurrences are later than the names that they had for the organizer.
   */
  'waypost:part'?: { uid?: string; later?: number };
}

/** RFC 8984 2.2. */
export interface CalendarTask extends CalendarObject {
  '@type': 'Task';
  due?: LocalDateTime;
  start?: LocalDateTime;
  estimatedDuration?: Duration;
  percentComplete?: number;
  progress?: 'needs-action' | 'in-process' | 'completed' | 'failed' | 'cancelled';
  progressUpdated?: UtcDateTime;
  /** Not of the RFC: fields of MS-ASTASK that it has no word for. */
  'waypost:task'?: {
    /** A new one begins when this one is completed, so long after (MS-ASTASK 2.2.2.21). */
    regenerate?: true;
    deadOccur?: true;
    ordinalDate?: UtcDateTime;
    subOrdinalDate?: string;
    dateCompleted?: UtcDateTime;
    sensitivity?: 0 | 1 | 2 | 3;
    calendarType?: number;
    isLeapMonth?: boolean;
    /** Where the recurrence begins, when that is not `start` (MS-ASTASK 2.2.2.25). */
    recurrenceStart?: LocalDateTime;
    /** Seconds that UTC is ahead of `start` and `due` where the task was written: it has no time zone else. */
    ahead?: { start?: number; due?: number };
    /** Where it is none of 0, 1 and 2, which stand in `priority` (MS-ASTASK 2.2.2.14). */
    importance?: number;
    /** Its owner wants to be reminded, but does not say when. */
    reminderSet?: true;
  };
}
