import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { MailAddress } from '../../../core/mail/types.ts';
import { encodeId } from '../ids/id.ts';
import { itemClassOf } from '../items/item-class.ts';
import { itemIdOf } from '../items/render.ts';
import { isoTime } from '../items/time.ts';
import type { ItemView } from '../items/view.ts';
import { importanceOf } from '../items/words.ts';
import type { Box } from '../mailboxes.ts';

export function conversationId(box: Box, threadId: string): XmlObject {
  return { '@Id': encodeId({ kind: 'conversation', mailboxId: box.ref.mailboxId, threadId }) };
}

/** People that are told of one conversation. */
const MAX_PEOPLE = 100;

function names(lists: readonly (readonly MailAddress[])[]): XmlObject | undefined {
  const found = new Set(lists.flat().map(({ name, address }) => (name === '' ? address : name)));
  found.delete('');
  return found.size === 0 ? undefined : { String: [...found].slice(0, MAX_PEOPLE) };
}

/**
 * A conversation in a list (MS-OXWSCONV 2.2.4.5): what its messages have in this folder, and with `Global` before the name
 * in the whole mailbox.
 */
export function conversationElement(
  box: Box,
  threadId: string,
  here: readonly ItemView[],
  everywhere: readonly ItemView[],
): XmlObject {
  const [newest] = here;
  const local = factsOf(here);
  const global = Object.entries(factsOf(everywhere)).map(([name, value]) => [`Global${name}`, value]);
  const drafts = here.filter((view) => view.message?.isDraft === true);
  return {
    ConversationId: conversationId(box, threadId),
    ConversationTopic: newest?.message?.baseSubject ?? '',
    ...local,
    ...Object.fromEntries(global),
    Preview: newest?.message?.preview,
    ...(drafts.length === 0 ? {} : { DraftItemIds: ids(drafts) }),
  };
}

function ids(views: readonly ItemView[]): XmlObject {
  return { $: views.map((view): XmlPair => ['ItemId', itemIdOf(view)]) };
}

function factsOf(views: readonly ItemView[]): XmlObject {
  const messages = views.flatMap((view) => view.message ?? []);
  const unread = messages.filter((one) => !one.isRead);
  const statuses = messages.map((one) => one.flag?.status ?? 0);
  const categories = new Set(views.flatMap((view) => view.state.categories));
  const weights = views.map((view) => String(importanceOf(view)));
  return {
    UniqueRecipients: names(messages.map((one) => [...one.to, ...one.cc])),
    UniqueUnreadSenders: names(unread.map((one) => one.from)),
    UniqueSenders: names(messages.map((one) => one.from)),
    LastDeliveryTime: isoTime(Math.max(0, ...views.map((view) => view.state.receivedAt))),
    Categories: categories.size === 0 ? undefined : { String: [...categories] },
    FlagStatus: statuses.includes(2) ? 'Flagged' : statuses.includes(1) ? 'Complete' : 'NotFlagged',
    HasAttachments: messages.some((one) => one.attachments.some((part) => !part.isInline)),
    MessageCount: views.length,
    UnreadCount: unread.length,
    Size: views.reduce((sum, view) => sum + view.state.size, 0),
    ItemClasses: { ItemClass: [...new Set(views.map((view) => String(itemClassOf(view))))] },
    Importance: weights.includes('High') ? 'High' : weights.every((one) => one === 'Low') ? 'Low' : 'Normal',
    ItemIds: ids(views),
  };
}
