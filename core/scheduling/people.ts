import type { CalendarEvent, Participant } from '../calendar/types.ts';
import { canonicalAddress, routeCandidates } from '../mail/recipients.ts';
import type { MeetingPerson } from './types.ts';

/** Whether two addresses, however they are written, are the same. */
export function sameAddress(a: string, b: string): boolean {
  const [x, y] = [canonicalAddress(a), canonicalAddress(b)];
  return x !== null && y !== null ? x === y : a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** The same, where the one that answers may stand there with a `+tag` or without (core/mail/recipients). */
export function answersFor(from: string, invited: string): boolean {
  if (sameAddress(from, invited)) return true;
  const [x, y] = [canonicalAddress(from), canonicalAddress(invited)];
  return x !== null && y !== null && routeCandidates(y).addresses.includes(x);
}

export function domainOf(address: string): string {
  const canonical = canonicalAddress(address) ?? address.trim().toLowerCase();
  return canonical.slice(canonical.lastIndexOf('@') + 1);
}

/** Address of a participant: of `email`, else of where iTIP messages go. '' when there is none. */
export function addressOf({ email, sendTo }: Participant): string {
  if (email !== undefined && email !== '') return email;
  return mailto(sendTo?.['imip']);
}

export function mailto(uri: string | undefined): string {
  return uri === undefined ? '' : uri.replace(/^mailto:/i, '');
}

/** Who holds the meeting; null for what is none, an appointment of one's own. */
export function organizerOf(event: CalendarEvent): MeetingPerson | null {
  const owner = Object.values(event.participants ?? {}).find(({ roles }) => roles['owner'] === true);
  const address = (owner === undefined ? '' : addressOf(owner)) || mailto(event.replyTo?.['imip']);
  return address === '' ? null : { name: owner?.name ?? '', address };
}

/** Those who are invited, by their ids: everybody but the organizer. */
export function attendeesOf(event: CalendarEvent): [string, Participant][] {
  const organizer = organizerOf(event);
  const isOrganizer = (one: Participant) =>
    one.roles['owner'] === true || (organizer !== null && sameAddress(addressOf(one), organizer.address));
  return Object.entries(event.participants ?? {}).filter(
    ([, one]) => !isOrganizer(one) && addressOf(one) !== '',
  );
}

/** The participant that one of these addresses leads to, or null. */
export function participantOf(
  event: CalendarEvent,
  isOne: (address: string) => boolean,
): [string, Participant] | null {
  return attendeesOf(event).find(([, one]) => isOne(addressOf(one))) ?? null;
}
