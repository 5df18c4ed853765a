import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { MailAddress, Message } from '../../../core/mail/types.ts';

/** Longest address list in characters (MS-ASEMAIL 2.2.2.80); Bcc has a limit of its own (2.2.2.9). */
const MAX_ADDRESSES = 32_768;
const MAX_BCC = 1024;

/** To, Cc and From are parted by commas, Reply-To by semicolons (MS-ASEMAIL 2.2.2.80, 2.2.2.17, 2.2.2.58). */
function listOf(addresses: MailAddress[], separator: ', ' | '; ', limit: number): string {
  let text = '';
  for (const { name, address } of addresses) {
    const one = name === '' || name === address ? address : `"${name.replace(/["\\]/g, '')}" <${address}>`;
    const more = text === '' ? one : `${separator}${one}`;
    if (text.length + more.length > limit) break;
    text += more;
  }
  return text;
}

function optional(tag: string, text: string): WbxmlNode[] {
  return text === '' ? [] : [el(tag, text)];
}

/** From, To, Cc and Reply-To. */
export function addressProperties(message: Message): WbxmlNode[] {
  return [
    ...optional('Email:To', listOf(message.to, ', ', MAX_ADDRESSES)),
    ...optional('Email:Cc', listOf(message.cc, ', ', MAX_ADDRESSES)),
    ...optional('Email:From', listOf(message.from, ', ', MAX_ADDRESSES)),
    ...optional('Email:ReplyTo', listOf(message.replyTo, '; ', MAX_ADDRESSES)),
  ];
}

/** Names for a line in a list (MS-ASEMAIL 2.2.2.29). */
export function displayTo(message: Message): WbxmlNode[] {
  return optional(
    'Email:DisplayTo',
    message.to.map((a) => (a.name || a.address).replaceAll(';', ',')).join('; '),
  );
}

/** Who sent it for somebody else; never said when it is the author (MS-ASEMAIL 2.2.2.60). */
export function senderProperty(message: Message): WbxmlNode[] {
  const [sender] = message.sender;
  if (sender === undefined) return [];
  const isAuthor = message.from.some((f) => f.address.toLowerCase() === sender.address.toLowerCase());
  return isAuthor ? [] : optional('Email2:Sender', listOf([sender], ', ', MAX_ADDRESSES));
}

export function bccProperty(message: Message): WbxmlNode[] {
  return optional('Email2:Bcc', listOf(message.bcc, ', ', MAX_BCC));
}
