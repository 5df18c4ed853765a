/** The answer of somebody invited, as a message to the organizer. */
import { formatMailbox, join, rewriteHeader } from '../../codecs/mime/edit/index.ts';
import type { Owner } from '../automatic/own-addresses.ts';
import { formatLocal, parseLocal } from '../calendar/time/civil.ts';
import { formatDuration } from '../calendar/time/duration.ts';
import type { CalendarEvent, Participant } from '../calendar/types.ts';
import { localOf } from '../calendar/zones/convert.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { CalendarOf } from './calendar-store.ts';
import { composeMeeting } from './message.ts';
import { addressOf, organizerOf, participantOf } from './people.ts';
import { organizersUid } from './series-parts.ts';
import type { SchedulingServices } from './services.ts';

export type Answer = 'accepted' | 'tentative' | 'declined';

export interface Reply {
  answer: Answer;
  note: { text: string; html: string | null };
  /** Another time, in milliseconds since the epoch. */
  proposed: { startsAt: number; endsAt: number } | null;
  /** When it is said, milliseconds since the epoch: a later answer is said later, to the second. */
  at: number;
  /** The same again is the same message. */
  submissionId: string;
  /** Written by the installation, not by a person. */
  automatic: boolean;
}

/** Who acts for the owner of a calendar. */
export interface Actor {
  ref: MailboxRef;
  owner: Owner;
}

const WORDS: Record<Answer, string> = {
  accepted: 'Accepted',
  tentative: 'Tentative',
  declined: 'Declined',
};

/**
 * Sends the answer to a meeting, or to the one occurrence that `event` is. 'nobody' where it has no organizer; 'refused'
 * where nothing may be sent.
 */
export async function sendReply(
  services: SchedulingServices,
  { ref, owner, actor, correlationId }: CalendarOf & { owner: Owner; actor?: Actor },
  event: CalendarEvent,
  reply: Reply,
): Promise<'sent' | 'nobody' | 'refused'> {
  const organizer = organizerOf(event);
  if (organizer === null) return 'nobody';
  const { answer, note, proposed, submissionId } = reply;
  const [id, self] = participantOf(event, owner.isSelf) ?? ['self', selfOf(owner)];
  const address = owner.isSelf(addressOf(self)) ? addressOf(self) : owner.user.address;
  const words = proposed === null ? WORDS[answer] : 'New Time Proposed';
  const composed = await composeMeeting(services.composer, {
    method: proposed === null ? 'REPLY' : 'COUNTER',
    event: answering(event, [id, sentBy(self, actor)], answer, note.text, proposed),
    from: { name: owner.user.displayName, address },
    to: [organizer],
    subject: `${words}: ${event.title ?? ''}`,
    note,
    messageId: `${submissionId.slice(0, 48)}@${address.slice(address.lastIndexOf('@') + 1)}`,
    at: reply.at,
  });
  const { user } = actor?.owner ?? owner;
  // RFC 5322 3.6.2: the author is who is invited, the sender who wrote it.
  const raw =
    actor === undefined
      ? composed
      : join(
          rewriteHeader(composed, new Set(['sender']), [
            `Sender: ${formatMailbox({ name: user.displayName, address: user.address })}`,
          ]),
        );
  // The owner's grant lets a delegate answer, and write nothing else in the owner's name: that is not asked again there.
  const mailFrom = actor === undefined ? address : user.address;
  const given = reply.automatic || actor !== undefined;
  const result = await services.outbound.submit({
    ...{ submissionId, raw, correlationId, via: 'meeting' },
    sender: { ref: actor?.ref ?? ref, tenant: owner.tenant, user },
    saveInSentItems: !reply.automatic,
    ...(given ? { automatic: { mailFrom, recipients: [organizer.address] } } : {}),
  });
  if (result.kind !== 'refused') return 'sent';
  services.log.warn('scheduling.reply-refused', { correlationId, reason: result.reason });
  return 'refused';
}

/** RFC 5546 2.1.3: an answer says who gave it in another's place. */
function sentBy(self: Participant, actor: Actor | undefined): Participant {
  if (actor === undefined) return self;
  const said = { ...self['waypost:ical'], 'sent-by': `mailto:${actor.owner.user.address}` };
  return { ...self, 'waypost:ical': said };
}

/** The meeting with nobody in it but the organizer and the one who answers (RFC 5546 3.2.3). */
function answering(
  event: CalendarEvent,
  [id, self]: [string, Participant],
  answer: Answer,
  comment: string,
  proposed: Reply['proposed'],
): CalendarEvent {
  const { alerts: _, keywords: __, links: ___, description: ____, ...rest } = event;
  // An answer has one ATTENDEE, whoever else is invited: the organizer, too.
  const owners = Object.entries(event.participants ?? {})
    .filter(([, { roles }]) => roles['owner'] === true)
    .map(([key, one]): [string, Participant] => [key, { ...one, roles: { owner: true } }]);
  const participant: Participant = {
    ...self,
    participationStatus: answer,
    ...(comment === '' ? {} : { participationComment: comment }),
  };
  return {
    ...rest,
    ...namedByOrganizer(event),
    ...(proposed === null ? {} : timesOf(event, proposed)),
    participants: { ...Object.fromEntries(owners), [id]: participant },
  };
}

/** What the organizer calls it, of a series that was cut here. */
function namedByOrganizer(event: CalendarEvent): Partial<CalendarEvent> {
  const { later = 0 } = event['waypost:part'] ?? {};
  const { recurrenceId } = event;
  const at = recurrenceId === undefined ? null : parseLocal(recurrenceId);
  return {
    uid: organizersUid(event),
    ...(at === null || later === 0 ? {} : { recurrenceId: formatLocal(at - later) }),
  };
}

function timesOf({ timeZone }: CalendarEvent, { startsAt, endsAt }: NonNullable<Reply['proposed']>) {
  const zone = timeZone ?? 'Etc/UTC';
  return {
    start: formatLocal(localOf(startsAt, zone)),
    timeZone: zone,
    showWithoutTime: false,
    duration: formatDuration({ days: 0, seconds: Math.round((endsAt - startsAt) / 1000) }),
  };
}

function selfOf({ user }: Owner): Participant {
  return {
    '@type': 'Participant',
    name: user.displayName,
    email: user.address,
    sendTo: { imip: `mailto:${user.address}` },
    roles: { attendee: true },
  };
}
