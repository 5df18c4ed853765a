import { messageClassOf } from './element.ts';
import type { ItemView } from './view.ts';

/** MAPI message class of an item. */
export function itemClassOf({ state, message, pim, occurrence }: ItemView): string {
  if (message !== null) return messageClassOf(state, message);
  switch (pim?.kind) {
    case 'event':
      return occurrence === null ? 'IPM.Appointment' : 'IPM.Appointment.Occurrence';
    case 'task':
      return 'IPM.Task';
    case 'note':
      return pim.document.messageClass ?? 'IPM.StickyNote';
    case 'sms':
      return 'IPM.Note.Mobile.SMS';
    case 'contact':
      return pim.document.kind === 'group' ? 'IPM.DistList' : 'IPM.Contact';
    case undefined:
      return 'IPM.Contact';
  }
}
