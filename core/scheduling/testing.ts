import type { CalendarEvent, Participant } from '../calendar/types.ts';
import type { TrustVerdict } from '../trust/types.ts';
import type { MeetingFacts } from './types.ts';

/** A meeting of ann's with bob and cid, an hour in Berlin. For tests. */
export function meeting(more: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    '@type': 'Event',
    uid: 'meeting-1',
    updated: '2026-11-01T00:00:00Z',
    sequence: 0,
    title: 'Plan',
    start: '2026-11-23T09:00:00',
    duration: 'PT1H',
    timeZone: 'Europe/Berlin',
    replyTo: { imip: 'mailto:ann@one.example' },
    participants: {
      a: person('ann@one.example', { roles: { owner: true, attendee: true } }),
      b: person('bob@one.example'),
      c: person('cid@out.example'),
    },
    ...more,
  };
}

export function person(email: string, more: Partial<Participant> = {}): Participant {
  return {
    '@type': 'Participant',
    name: email.slice(0, email.indexOf('@')),
    email,
    sendTo: { imip: `mailto:${email}` },
    roles: { attendee: true },
    participationStatus: 'needs-action',
    ...more,
  };
}

export function meetingFacts(more: Partial<MeetingFacts> = {}): MeetingFacts {
  return {
    ...{ method: 'REQUEST', uid: 'meeting-1', sequence: 0, stamp: 1_800_000_000_000, title: 'Plan' },
    ...{ organizer: { name: 'ann', address: 'ann@one.example' }, sentBy: null, attendee: null },
    ...{ startsAt: 1_795_420_800_000, endsAt: 1_795_424_400_000, start: '2026-11-23T09:00:00' },
    ...{ zone: 'Europe/Berlin', allDay: false, location: '', rule: null, recurrenceAt: null },
    ...{ busy: 'busy', sensitivity: 0, reminder: null, responseRequested: true, noCounter: false },
    ...{ proposed: null, forwardees: [] },
    ...more,
  };
}

export function trusted(more: Partial<TrustVerdict> = {}): TrustVerdict {
  return {
    ...{
      source: 'checked',
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
      arc: 'none',
      fromDomain: 'one.example',
    },
    ...{ policy: 'reject', spam: null, disposition: 'inbox', reasons: [] },
    ...more,
  };
}
