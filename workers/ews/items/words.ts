import type { ItemView } from './view.ts';

/** Subject of an item, whatever it is called where it is kept. */
export function subjectOf({ message, pim, occurrence }: ItemView): string {
  if (message !== null) return message.subject;
  if (pim === null) return '';
  if (pim.kind === 'sms') return pim.document.subject;
  if (pim.kind === 'event' && occurrence !== null) return titleOf(pim.document.title);
  if (pim.kind === 'event' || pim.kind === 'task' || pim.kind === 'note') return titleOf(pim.document.title);
  return pim.title;
}

function titleOf(title: string | undefined): string {
  return title ?? '';
}

const IMPORTANCE = { low: 'Low', normal: 'Normal', high: 'High' } as const;

export function importanceOf({ message, pim }: ItemView): 'Low' | 'Normal' | 'High' {
  if (message !== null) return IMPORTANCE[message.importance];
  if (pim?.kind === 'sms') return (['Low', 'Normal', 'High'] as const)[pim.document.importance];
  const priority = pim?.kind === 'event' || pim?.kind === 'task' ? (pim.document.priority ?? 0) : 0;
  // RFC 8984 4.4.1: 1 is the highest, 9 the lowest, 0 none.
  if (priority >= 1 && priority <= 4) return 'High';
  return priority >= 6 ? 'Low' : 'Normal';
}

export const SENSITIVITIES = ['Normal', 'Personal', 'Private', 'Confidential'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Where the address of a place comes from (MS-OXWSCDATA 2.2.5.18). */
export const LOCATION_SOURCES = [
  'None',
  'LocationServices',
  'PhonebookServices',
  'Device',
  'Contact',
  'Resource',
] as const;

/** What the rows say of it; a message says it in its header alone, if it is about no meeting. */
export function sensitivityOf({ message, pim, extended }: ItemView): Sensitivity {
  // What its author said here stands beside the message (PidTagSensitivity).
  const kept = Number(extended['0x0036']?.value ?? Number.NaN);
  if (message !== null)
    return SENSITIVITIES[Number.isNaN(kept) ? (message.meeting?.sensitivity ?? 0) : kept] ?? 'Normal';
  if (pim?.kind !== 'event' && pim?.kind !== 'task') return 'Normal';
  const { privacy } = pim.document;
  if (privacy === 'private') return 'Private';
  return privacy === 'secret' ? 'Confidential' : 'Normal';
}

/** item:IconIndex: the little picture in lists (MS-OXOMSG 2.2.1.x). */
export function iconIndex({ message, state, element, pim }: ItemView): string {
  if (element === 'PostItem') return 'PostItem';
  if (pim?.kind === 'task') return pim.document.recurrenceRules?.length ? 'TaskRecur' : 'TaskItem';
  if (pim?.kind === 'event')
    return pim.document.recurrenceRules?.length ? 'AppointmentRecur' : 'AppointmentItem';
  if (message === null) return 'Default';
  if (message.lastVerb === 3) return 'MailForwarded';
  if (message.lastVerb !== 0) return 'MailReplied';
  return state.isRead ? 'MailRead' : 'MailUnread';
}
