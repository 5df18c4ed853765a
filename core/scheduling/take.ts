/** What a calendar makes of a message of a meeting that came in. Doing it again changes nothing (I8). */
import { InvalidCalendarError, RecurrenceTooLargeError } from '../calendar/errors.ts';
import { untilUnchanged } from './calendar-store.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import type { SchedulingServices } from './services.ts';
import { takeAnswer, takeForwarded, takeRefresh } from './take-answer.ts';
import { takeCancel } from './take-cancel.ts';
import { takeRequest } from './take-request.ts';

export async function takeMeeting(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  return untilUnchanged(async () => {
    try {
      return await take(services, mail, itip);
    } catch (error) {
      // A series that takes too long to be looked through stays as it is; its message is to be read.
      if (!(error instanceof InvalidCalendarError || error instanceof RecurrenceTooLargeError)) throw error;
      return { kind: 'ignored', why: error.message };
    }
  });
}

async function take(services: SchedulingServices, mail: MeetingMail, itip: Itip): Promise<Taken> {
  switch (itip.method) {
    case 'REQUEST':
    case 'ADD':
      return takeRequest(services, mail, itip);
    case 'CANCEL':
      return takeCancel(services, mail, itip);
    case 'REPLY':
    case 'COUNTER':
      return takeAnswer(services, mail, itip);
    case 'REFRESH':
      return takeRefresh(services, mail, itip);
    case 'PUBLISH':
      return itip.facts.forwardees.length > 0
        ? takeForwarded(services, mail, itip)
        : { kind: 'ignored', why: 'no invitation' };
    case 'DECLINECOUNTER':
      // The meeting stays as it was: there is nothing to write down.
      return { kind: 'ignored', why: 'nothing new' };
  }
}
