import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import { headerValue } from './headers.ts';
import type { ItemView } from './view.ts';

const ANSWERS = ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];
const DECISIONS = ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];

/** What can be done with an item by CreateItem (MS-OXWSCDATA 2.2.4.63); null for nothing. */
export async function responseObjects(view: ItemView, blobs: BlobStore): Promise<XmlObject | null> {
  const names = [...namesOf(view)];
  // Of a message that was read it was said whether its sender is told.
  const { message, state } = view;
  if (message !== null && !message.isDraft && !state.isRead && view.attachment === undefined) {
    if ((await headerValue(blobs, view, 'disposition-notification-to')) !== null)
      names.push('SuppressReadReceipt');
  }
  return names.length === 0 ? null : { $: names.map((name) => [name, {}] as const) };
}

function namesOf({ element, message }: ItemView): readonly string[] {
  switch (element) {
    case 'MeetingRequest': {
      // Another time is proposed with an answer, where the organizer lets that be done.
      const proposes = message?.meeting?.noCounter === false ? ['ProposeNewTime'] : [];
      return [...DECISIONS, 'ReplyToItem', 'ReplyAllToItem', 'ForwardItem', ...proposes];
    }
    case 'MeetingCancellation':
      return ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem', 'RemoveItem'];
    case 'PostItem':
      return ['PostReplyItem', 'ReplyToItem', 'ForwardItem'];
    case 'Message':
    case 'MeetingMessage':
    case 'MeetingResponse':
      if (message === null) return [];
      return message.isDraft ? ['ForwardItem'] : ANSWERS;
    default:
      return [];
  }
}
