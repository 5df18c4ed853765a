/** What attendees send to the organizer: answers, other times, questions, and whom they passed a meeting on to. */
import { findOccurrence } from '../calendar/find.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import { isOwnMeeting, toldForm } from './announce.ts';
import { withAnswer } from './answers.ts';
import { type EventItem, knownMeeting, putMeeting } from './calendar-store.ts';
import { withForwardees } from './forward.ts';
import type { Itip } from './itip.ts';
import type { MeetingMail, Taken } from './meeting-mail.ts';
import { composeMeeting } from './message.ts';
import { addressOf, answersFor, participantOf } from './people.ts';
import type { SchedulingServices } from './services.ts';
import { toldOf, toldSetting } from './told.ts';
import { attendeeDistrust, distrustOf } from './trust.ts';

/** People that one message names as having been passed a meeting on to. */
const MAX_FORWARDEES = 100;

/** The meeting of the owner's own that a message is about, or why there is none. */
async function ownMeeting(mail: MeetingMail, { uid }: Itip): Promise<EventItem | string> {
  const { whole } = await knownMeeting(mail.mailbox, uid);
  if (whole === null) return 'not in the calendar';
  return isOwnMeeting(whole.document, mail.owner.isSelf) ? whole : 'not an own meeting';
}

/** REPLY and COUNTER (RFC 5546 3.2.3, 3.2.7). */
export async function takeAnswer(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const { facts } = itip;
  const distrust = attendeeDistrust(mail.writer, facts.attendee);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  const item = await ownMeeting(mail, itip);
  if (typeof item === 'string') return { kind: 'ignored', why: item };
  const key = facts.recurrenceAt === null ? null : findOccurrence(item.document, facts.recurrenceAt);
  if (facts.recurrenceAt !== null && key === null) return { kind: 'ignored', why: 'no such occurrence' };
  const event = withAnswer(known(item, mail, facts), facts, facts.attendee?.address ?? '', key);
  if (event === null) return { kind: 'ignored', why: 'nothing new' };
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
  return put === null
    ? { kind: 'ignored', why: 'cannot be kept' }
    : { kind: 'taken', itemId: put.itemId, key };
}

/**
 * The meeting with the one who answers in it. A user of the house who was not named was invited by a list, or by another
 * attendee; anybody else who was not is no matter of the meeting (RFC 5546 3.2.2.6).
 */
function known({ document }: EventItem, { writer, owner }: MeetingMail, { attendee }: Itip['facts']) {
  if (attendee === null || writer.verdict?.source !== 'submitted' || owner.isSelf(attendee.address))
    return document;
  return withForwardees(document, [attendee]);
}

/** REFRESH: an attendee asks for the meeting as it is now (RFC 5546 3.2.6). */
export async function takeRefresh(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const distrust = attendeeDistrust(mail.writer, itip.facts.attendee);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  const item = await ownMeeting(mail, itip);
  if (typeof item === 'string') return { kind: 'ignored', why: item };
  const [from = ''] = mail.writer.from;
  const found = participantOf(item.document, (address) => answersFor(from, address));
  if (found === null) return { kind: 'ignored', why: 'not invited' };
  const { ref, owner, correlationId, message } = mail;
  const submissionId = await submissionIdOf('refresh', ref.tenantId, ref.mailboxId, message.itemId);
  const { address, displayName } = owner.user;
  const raw = await composeMeeting(services.composer, {
    ...{ method: 'REQUEST', event: toldForm(item.document) },
    to: [{ name: found[1].name ?? '', address: addressOf(found[1]) }],
    from: { name: displayName, address },
    subject: item.document.title ?? '',
    messageId: `${submissionId.slice(0, 48)}@${address.slice(address.lastIndexOf('@') + 1)}`,
    at: services.now(),
  });
  const sender = { ref, tenant: owner.tenant, user: owner.user };
  const automatic = { mailFrom: address, recipients: [addressOf(found[1])] };
  await services.outbound.submit({
    ...{ submissionId, sender, raw, correlationId, saveInSentItems: false, automatic, via: 'meeting' },
  });
  return { kind: 'taken', itemId: item.itemId, key: null };
}

/** Word from an attendee that others have been passed the meeting on to: the organizer's event names them. */
export async function takeForwarded(
  services: SchedulingServices,
  mail: MeetingMail,
  itip: Itip,
): Promise<Taken> {
  const distrust = distrustOf(mail.writer);
  if (distrust !== null) return { kind: 'ignored', why: distrust };
  const item = await ownMeeting(mail, itip);
  if (typeof item === 'string') return { kind: 'ignored', why: item };
  const [from = ''] = mail.writer.from;
  if (participantOf(item.document, (address) => answersFor(from, address)) === null) {
    return { kind: 'ignored', why: 'not invited' };
  }
  const others = itip.facts.forwardees.filter(({ address }) => !mail.owner.isSelf(address));
  const event = withForwardees(item.document, others.slice(0, MAX_FORWARDEES));
  if (event === item.document) return { kind: 'ignored', why: 'nothing new' };
  // They have the invitation already.
  const told = await toldOf(mail.mailbox, item.itemId);
  const put = await putMeeting(services, mail, { itemId: item.itemId, present: item, event });
  if (put === null) return { kind: 'ignored', why: 'cannot be kept' };
  if (told !== null) {
    await mail.mailbox.putSetting(toldSetting(item.itemId), { ...told, event: toldForm(event) });
  }
  return { kind: 'taken', itemId: put.itemId, key: null };
}
