/** Whom a calendar obeys (ATTACKS: forged updates and cancellations). */
import type { TrustVerdict } from '../trust/types.ts';
import { answersFor, domainOf, sameAddress } from './people.ts';
import type { MeetingFacts, MeetingPerson } from './types.ts';

/** What a message says of who wrote it. */
export interface Writer {
  /** Addresses of its From field. */
  from: readonly string[];
  verdict: TrustVerdict | null;
}

export type Distrust =
  | 'junk'
  | 'not-authentic'
  | 'not-the-organizer'
  | 'not-the-attendee'
  | 'several-authors';

/** Why nothing that the message says may touch a calendar, or null. */
export function distrustOf({ from, verdict }: Writer): Distrust | null {
  if (from.length !== 1) return 'several-authors';
  // What nothing is known of, is not obeyed.
  if (verdict === null) return 'not-authentic';
  if (verdict.disposition === 'junk') return 'junk';
  if (verdict.source === 'submitted') return null;
  if (verdict.dmarc === 'fail' || verdict.dmarc === 'permerror') return 'not-authentic';
  const proven = verdict.dmarc === 'pass' || verdict.dkim === 'pass';
  return verdict.spf === 'fail' && !proven ? 'not-authentic' : null;
}

/**
 * Why this message may not change or cancel a meeting that is in the calendar, or null: it must come from the organizer
 * who is known there, or from somebody of the organizer's domain whom the calendar names as acting for them.
 */
export function organizerDistrust(
  writer: Writer,
  known: MeetingPerson | null,
  { sentBy }: Pick<MeetingFacts, 'sentBy'>,
): Distrust | null {
  const distrust = distrustOf(writer);
  if (distrust !== null) return distrust;
  const [from = ''] = writer.from;
  if (known === null) return 'not-the-organizer';
  if (sameAddress(from, known.address)) return null;
  const acts = sentBy !== null && sameAddress(from, sentBy) && domainOf(from) === domainOf(known.address);
  return acts ? null : 'not-the-organizer';
}

/** Why this message is no answer of the attendee it names, or null. */
export function attendeeDistrust(writer: Writer, attendee: MeetingPerson | null): Distrust | null {
  const distrust = distrustOf(writer);
  if (distrust !== null) return distrust;
  const [from = ''] = writer.from;
  return attendee !== null && answersFor(from, attendee.address) ? null : 'not-the-attendee';
}
