import type { MailAddress, Message } from '../../../../core/mail/types.ts';
import { comparablePeople, recipients, singleRecipient } from '../address.ts';
import { indexBytes } from '../conversation-index.ts';
import { MESSAGE_ELEMENTS } from '../element.ts';
import { headerValue } from '../headers.ts';
import type { ItemElement, ItemProperty } from '../property.ts';
import { isoTime } from '../time.ts';
import { createdAt } from '../times.ts';
import type { ItemView } from '../view.ts';
import { subjectOf } from '../words.ts';

const ON: readonly ItemElement[] = MESSAGE_ELEMENTS;
const AND_POSTS: readonly ItemElement[] = [...MESSAGE_ELEMENTS, 'PostItem'];

function message(
  name: string,
  read: ItemProperty['read'],
  more: Partial<Omit<ItemProperty, 'uri' | 'element' | 'read'>> = {},
): ItemProperty {
  const common = { on: ON, inDefault: 'none', inAll: true, cheap: true } as const;
  return { ...common, uri: `message:${name}`, element: name, read, ...more };
}

type List = 'to' | 'cc' | 'bcc' | 'replyTo';

function people(name: string, list: List, inDefault: ItemProperty['inDefault']): ItemProperty {
  const of = ({ message: m }: ItemView): readonly MailAddress[] => m?.[list] ?? [];
  return message(name, (view) => recipients(of(view)), {
    inDefault,
    compare: (view) => comparablePeople(of(view)),
  });
}

/** Author, or who sent it where nobody is named as that. */
function fromOf({ message: m }: ItemView): readonly MailAddress[] {
  return m === null ? [] : m.from.length > 0 ? m.from : m.sender;
}

function senderOf({ message: m }: ItemView): readonly MailAddress[] {
  return m === null ? [] : m.sender.length > 0 ? m.sender : m.from;
}

/** Of what came in, the owner of the mailbox; nobody received what one writes oneself. */
function receivedBy({ message: m, box }: ItemView): MailAddress[] {
  if (m === null || m.isDraft) return [];
  return [{ name: box.user.displayName, address: box.user.address }];
}

const header =
  (name: string) =>
  (view: ItemView, _shape: unknown, { services }: Parameters<ItemProperty['read']>[2]) =>
    headerValue(services.blobs, view, name);

/** What is kept beside a message that was written here (editors/message.ts), else null. */
function keptOf(view: ItemView, key: string): string | null {
  const value = view.extended[key]?.value;
  return typeof value === 'string' ? value : null;
}

/** Whether a receipt is asked for: as far as the rows say, and what the header says. */
const keptAsk = (key: string) => (view: ItemView) => keptOf(view, key) === 'true';
const asks =
  (name: string) =>
  async (view: ItemView, _shape: unknown, { services }: Parameters<ItemProperty['read']>[2]) =>
    (await headerValue(services.blobs, view, name)) !== null;

function messageId(view: ItemView): string | null {
  const { message: m } = view;
  const kept = keptOf(view, '0x1035');
  if (kept !== null) return kept;
  return m === null || m.messageIdHeader === null ? null : `<${m.messageIdHeader}>`;
}

function topicOf(view: ItemView): string {
  return view.message?.baseSubject ?? subjectOf(view);
}

function index(m: Message | null): string | null {
  return m === null ? null : indexBytes(m.conversationIndex, m.receivedAt);
}

function isResponseRequested({ message: m, extended }: ItemView): boolean {
  const given = extended['ews:message:IsResponseRequested']?.value;
  return typeof given === 'string'
    ? given === 'true' || given === '1'
    : m?.meeting?.responseRequested === true;
}

/** When a post was put into its folder. */
function postedAt(view: ItemView): number {
  const given = view.extended['ews:postitem:PostedTime']?.value;
  const at = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  return Number.isNaN(at) ? createdAt(view) : at;
}

/** Properties of messages (MS-OXWSMSG 2.2.4.1); posts have some of them under the same names. */
export const MESSAGE_PROPERTIES: readonly ItemProperty[] = [
  message('Sender', (view) => singleRecipient(senderOf(view)), {
    ...{ on: AND_POSTS, inDefault: AND_POSTS },
    compare: (view) => comparablePeople(senderOf(view)),
  }),
  people('ToRecipients', 'to', ON),
  people('CcRecipients', 'cc', ON),
  people('BccRecipients', 'bcc', ON),
  message('IsReadReceiptRequested', asks('disposition-notification-to'), {
    ...{ inDefault: ON, cheap: false, glance: keptAsk('0x0029'), compare: keptAsk('0x0029') },
  }),
  message('IsDeliveryReceiptRequested', asks('return-receipt-to'), {
    ...{ inDefault: ON, cheap: false, glance: keptAsk('0x0023'), compare: keptAsk('0x0023') },
  }),
  message('ConversationIndex', (view) => index(view.message), {
    ...{ on: AND_POSTS, compare: (view) => index(view.message) },
  }),
  message('ConversationTopic', topicOf, { on: AND_POSTS, compare: topicOf }),
  message('From', (view) => singleRecipient(fromOf(view)), {
    ...{ on: AND_POSTS, inDefault: AND_POSTS },
    compare: (view) => comparablePeople(fromOf(view)),
  }),
  message('InternetMessageId', messageId, { on: AND_POSTS, inDefault: ON, compare: messageId }),
  message('IsRead', ({ state }) => state.isRead, {
    ...{ on: AND_POSTS, inDefault: AND_POSTS },
    compare: ({ state }) => state.isRead,
  }),
  message('IsResponseRequested', isResponseRequested, { compare: isResponseRequested }),
  {
    ...{ uri: 'postitem:PostedTime', element: 'PostedTime', on: ['PostItem'], inDefault: ['PostItem'] },
    ...{ inAll: true, cheap: true, read: (view) => isoTime(postedAt(view)), compare: postedAt },
  },
  message(
    'References',
    (view, shape, context) => keptOf(view, '0x1039') ?? header('references')(view, shape, context),
    {
      ...{ on: AND_POSTS, cheap: false },
      glance: (view) => keptOf(view, '0x1039'),
      compare: (view) => keptOf(view, '0x1039'),
    },
  ),
  people('ReplyTo', 'replyTo', 'none'),
  message('ReceivedBy', (view) => singleRecipient(receivedBy(view)), {
    compare: (view) => comparablePeople(receivedBy(view)),
  }),
  message('ReceivedRepresenting', (view) => singleRecipient(receivedBy(view)), {
    compare: (view) => comparablePeople(receivedBy(view)),
  }),
];
