import type { CalendarEvent } from '../calendar/types.ts';
import type { MailboxStore } from '../ports/mail.ts';

/** What attendees were last told, as a setting of the mailbox: it is needed when the event itself is gone. */
export interface Told {
  event: CalendarEvent;
  /** DTSTAMP of what was said last: what is said next is later, to the second (RFC 5546 2.1.5). */
  stamp?: number;
}

/** Name of the setting that keeps what attendees were last told of an item. */
export function toldSetting(itemId: string): string {
  return `announced:${itemId}`;
}

export async function toldOf(mailbox: MailboxStore, itemId: string): Promise<Told | null> {
  const value = await mailbox.getSetting(toldSetting(itemId));
  return typeof value === 'object' && value !== null && 'event' in value ? (value as Told) : null;
}

/** When something new is said to those who heard something before, milliseconds since the epoch. */
export function nextStamp(told: Told | null, now: number): number {
  return told?.stamp === undefined ? now : Math.max(now, told.stamp + 1000);
}
