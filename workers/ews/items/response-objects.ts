import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { ItemView } from './view.ts';

const ANSWERS = ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];
const DECISIONS = ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];

/** What can be done with an item by CreateItem (MS-OXWSCDATA 2.2.4.63); null for nothing. */
export function responseObjects(view: ItemView): XmlObject | null {
  const names = namesOf(view);
  return names.length === 0 ? null : { $: names.map((name) => [name, {}] as const) };
}

function namesOf({ element, message }: ItemView): readonly string[] {
  switch (element) {
    case 'MeetingRequest':
      return [...DECISIONS, 'ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];
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
