/** A meeting that an attendee passes on to others. */
import type { CalendarEvent } from '../calendar/types.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import { toldForm, withAttendee } from './announce.ts';
import { knownMeeting, putMeeting, untilUnchanged } from './calendar-store.ts';
import { composeMeeting } from './message.ts';
import { organizerOf } from './people.ts';
import type { Responder } from './respond.ts';
import type { SchedulingServices } from './services.ts';
import { toldOf, toldSetting } from './told.ts';
import type { MeetingPerson } from './types.ts';

/** The meeting with these people among those invited. */
export function withForwardees(event: CalendarEvent, people: readonly MeetingPerson[]): CalendarEvent {
  let whole = event;
  for (const person of people) whole = withAttendee(whole, freeId(whole), person);
  return whole;
}

function freeId({ participants = {} }: CalendarEvent): string {
  let n = 1;
  while (participants[`forwarded${n}`] !== undefined) n++;
  return `forwarded${n}`;
}

export interface Forwarding {
  people: readonly MeetingPerson[];
  subject: string;
  /** The same again tells nobody twice. */
  name: string;
}

/**
 * Brings word of it to the organizer: into one's own event, or by a message, which the organizer's server may take into
 * theirs.
 */
export async function noteForwarded(
  services: SchedulingServices,
  responder: Responder,
  event: CalendarEvent,
  { people, subject, name }: Forwarding,
): Promise<void> {
  const organizer = organizerOf(event);
  if (organizer === null || responder.owner.isSelf(organizer.address)) {
    await untilUnchanged(() => addToOwn(services, responder, event.uid, people));
    return;
  }
  const { ref, owner, correlationId } = responder;
  const { user } = owner;
  const submissionId = await submissionIdOf('forwarded', ref.tenantId, ref.mailboxId, name);
  const names = people.map((one) => (one.name === '' ? one.address : `${one.name} <${one.address}>`));
  const forwardees = people.map(({ name: called, address }) => ({ name: called, email: address }));
  const { description: _, ...rest } = toldForm(event);
  const raw = await composeMeeting(services.composer, {
    method: 'PUBLISH',
    event: { ...rest, 'waypost:forwardees': forwardees },
    from: { name: user.displayName, address: user.address },
    to: [organizer],
    subject: `Meeting Forward Notification: ${subject}`,
    note: { text: `Your meeting was forwarded to: ${names.join(', ')}`, html: null },
    messageId: `${submissionId.slice(0, 48)}@${user.address.slice(user.address.lastIndexOf('@') + 1)}`,
    at: services.now(),
  });
  await services.outbound.submit({
    ...{ submissionId, raw, correlationId, saveInSentItems: false, via: 'meeting' },
    sender: { ref, tenant: owner.tenant, user },
    automatic: { mailFrom: user.address, recipients: [organizer.address] },
  });
}

/** They have the invitation already: nobody is to send it once more. */
async function addToOwn(
  services: SchedulingServices,
  responder: Responder,
  uid: string,
  people: readonly MeetingPerson[],
): Promise<void> {
  const { mailbox } = responder;
  const { whole } = await knownMeeting(mailbox, uid);
  if (whole === null) return;
  const event = withForwardees(whole.document, people);
  if (event === whole.document) return;
  const told = await toldOf(mailbox, whole.itemId);
  const put = await putMeeting(services, responder, { itemId: whole.itemId, present: whole, event });
  if (put !== null && told !== null) {
    await mailbox.putSetting(toldSetting(whole.itemId), { ...told, event: toldForm(event) });
  }
}
