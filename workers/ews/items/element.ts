import { isMeetingClass } from '../../../core/mail/message-class.ts';
import type { ItemState, Message } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import type { ItemElement } from './property.ts';

/** Elements of messages: what they have in common is that a raw message stands behind them. */
export const MESSAGE_ELEMENTS = [
  'Message',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
] as const satisfies readonly ItemElement[];

/** Which element of the schema an item is (MS-OXWSCORE 2.2.4.3). */
export function elementOf(state: ItemState, message: Message | null, pim: PimItem | null): ItemElement {
  if (message !== null) return messageElement(message, messageClassOf(state, message));
  if (pim === null) return state.kind === 'message' ? 'Contact' : 'Item';
  switch (pim.kind) {
    case 'event':
      return 'CalendarItem';
    case 'contact':
      return pim.document.kind === 'group' ? 'DistributionList' : 'Contact';
    case 'task':
      return 'Task';
    // Notes and text messages have no element of their own: they are messages of another class.
    case 'note':
    case 'sms':
      return 'Message';
  }
}

/** Class of a message: what a client gave it, else what it is by its content. */
export function messageClassOf({ extended }: ItemState, { messageClass }: Message): string {
  const given = extended?.['ews:item:ItemClass']?.value;
  return typeof given === 'string' && given !== '' ? given : messageClass;
}

function messageElement({ meeting }: Message, messageClass: string): ItemElement {
  if (/^IPM\.Post(?:\.|$)/i.test(messageClass)) return 'PostItem';
  if (meeting === null || !isMeetingClass(messageClass)) return 'Message';
  if (messageClass === 'IPM.Schedule.Meeting.Request') return 'MeetingRequest';
  if (messageClass === 'IPM.Schedule.Meeting.Canceled') return 'MeetingCancellation';
  return messageClass.startsWith('IPM.Schedule.Meeting.Resp.') ? 'MeetingResponse' : 'MeetingMessage';
}
