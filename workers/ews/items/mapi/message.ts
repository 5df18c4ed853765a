import type { MailAddress, Message } from '../../../../core/mail/types.ts';
import { displayNames } from '../address.ts';
import { indexBytes } from '../conversation-index.ts';
import { MESSAGE_ELEMENTS } from '../element.ts';
import { headerValue, transportHeaders } from '../headers.ts';
import { sentAt } from '../times.ts';
import type { ItemView } from '../view.ts';
import type { MapiRead, MapiTable } from './types.ts';

/** MS-OXOMSG 2.2.1.x: what was done last, as the numbers of PidTagLastVerbExecuted and PidTagIconIndex. */
const VERBS = [null, 102, 103, 104] as const;
const ICONS = [null, 261, 261, 262] as const;
const UNREAD_ICON = 256;
const READ_ICON = 257;
/** MS-OXCMSG 2.2.1.56.1: what was written as text, as HTML. */
const NATIVE = { text: 1, html: 3 } as const;

const of =
  (read: (message: Message, view: ItemView) => string | number | boolean | null): MapiRead =>
  (view) =>
    view.message === null ? null : read(view.message, view);

const header =
  (name: string): MapiRead =>
  (view, { services }) =>
    headerValue(services.blobs, view, name);

const asks =
  (name: string): MapiRead =>
  async (view, { services }) =>
    (await headerValue(services.blobs, view, name)) !== null;

function author({ from, sender }: Message): MailAddress | undefined {
  return from[0] ?? sender[0];
}

function sender({ from, sender: who }: Message): MailAddress | undefined {
  return who[0] ?? from[0];
}

const name = (person: MailAddress | undefined) =>
  person === undefined ? null : person.name || person.address;
const address = (person: MailAddress | undefined) => person?.address ?? null;
const type = (person: MailAddress | undefined) => (person === undefined ? null : 'SMTP');

function messageId({ messageIdHeader }: Message): string | null {
  return messageIdHeader === null ? null : `<${messageIdHeader}>`;
}

/** What begins the subject before what it is about. */
function prefix({ subject, baseSubject }: Message): string {
  return subject.endsWith(baseSubject) ? subject.slice(0, subject.length - baseSubject.length) : '';
}

/** Bytes of the id of a conversation (MS-OXOMSG 2.2.1.2). */
function conversationId({ state }: ItemView): string | null {
  if (!/^(?:[0-9a-f]{2})+$/.test(state.threadId)) return null;
  return btoa(state.threadId.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}

/** What messages have (MS-OXOMSG 2.2, MS-OXCMAIL 2.2). */
export const MESSAGE_MAPI: MapiTable = {
  on: [...MESSAGE_ELEMENTS, 'PostItem'],
  values: {
    '0x0039': sentAt,
    '0x0e06': ({ state }) => state.receivedAt,
    '0x003d': of(prefix),
    '0x0071': of((m) => indexBytes(m.conversationIndex, m.receivedAt)),
    '0x3013': conversationId,
    '0x1035': of(messageId),
    '0x1042': header('in-reply-to'),
    '0x1039': header('references'),
    '0x007d': (view, { services }) => transportHeaders(services.blobs, view),
    '0x0029': asks('disposition-notification-to'),
    '0x0023': asks('return-receipt-to'),
    // The one who sent it, and the one for whom
    '0x0c1a': of((m) => name(sender(m))),
    '0x0c1e': of((m) => type(sender(m))),
    '0x0c1f': of((m) => address(sender(m))),
    '0x5d01': of((m) => address(sender(m))),
    '0x0042': of((m) => name(author(m))),
    '0x0064': of((m) => type(author(m))),
    '0x0065': of((m) => address(author(m))),
    '0x5d02': of((m) => address(author(m))),
    '0x0e02': of((m) => displayNames(m.bcc)),
    '0x0e03': of((m) => displayNames(m.cc)),
    '0x0e04': of((m) => displayNames(m.to)),
    '0x0040': ({ box }) => box.user.displayName,
    '0x0076': ({ box }) => box.user.address,
    '0x5d07': ({ box }) => box.user.address,
    '0x0075': () => 'SMTP',
    '0x1080': of((m, view) => ICONS[m.lastVerb] ?? (view.state.isRead ? READ_ICON : UNREAD_ICON)),
    '0x1081': of((m) => VERBS[m.lastVerb] ?? null),
    '0x1082': of((m) => (m.lastVerb === 0 ? null : m.lastVerbAt)),
    '0x1016': of((m) => (m.bodyHtmlPart === null ? NATIVE.text : NATIVE.html)),
    '0x3ffd': () => 65_001,
    // By the row, where lists ask for hundreds
    'InternetHeaders/subject': of((m) => m.subject),
    'InternetHeaders/message-id': of(messageId),
  },
};
