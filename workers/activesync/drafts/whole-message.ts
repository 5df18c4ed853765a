import {
  addressField,
  dateField,
  encodeText,
  formatMailbox,
  join,
  rewriteHeader,
  scanHeader,
  textField,
  toCrlf,
} from '../../../codecs/mime/edit/index.ts';
import { parseAddresses } from '../../../codecs/mime/index.ts';
import { child, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { numberOf } from '../mail/body-preference.ts';
import type { DraftFrame } from './content.ts';

const MIME = 4;
const MAX_ADDRESSES = 500;

const LISTS = [
  ['to', 'To', 'Email:To'],
  ['cc', 'Cc', 'Email:Cc'],
  ['bcc', 'Bcc', 'Email2:Bcc'],
  ['reply-to', 'Reply-To', 'Email:ReplyTo'],
] as const;

/**
 * A draft that the device hands over as one whole message (MS-ASAIRS 2.2.2.22.1, Type 4): its bytes, completed with
 * what a message needs; what is said in elements beside it wins over its own fields. undefined when the draft is said
 * in elements alone, null when it cannot be one.
 */
export function wholeMessage(
  data: WbxmlElement | undefined,
  frame: DraftFrame,
): Uint8Array | undefined | null {
  const body = child(data, 'AirSyncBase:Body');
  if (body === undefined || numberOf(body, 'AirSyncBase:Type') !== MIME) return undefined;
  // Files beside a message that has its own would have to be put into its parts.
  if (child(data, 'AirSyncBase:Attachments') !== undefined) return null;
  const said = child(body, 'AirSyncBase:Data');
  const raw = toCrlf(said?.opaque ?? encodeText(said?.text ?? ''));
  const names = new Set(scanHeader(raw).fields.map((f) => f.name));
  if (names.size === 0) return null;
  const drop = new Set<string>();
  const put: string[] = [];
  for (const [name, shown, tag] of LISTS) {
    const text = textOf(data, tag);
    if (text === undefined) continue;
    const { addresses, truncated } = parseAddresses(text, MAX_ADDRESSES);
    if (truncated) return null;
    const usable = addresses.filter((a) => a.address !== '');
    drop.add(name);
    if (usable.length > 0) put.push(addressField(shown, usable));
  }
  const subject = textOf(data, 'Email:Subject');
  if (subject !== undefined) {
    drop.add('subject');
    put.push(textField('Subject', subject.slice(0, 998)));
  }
  if (!names.has('from')) put.push(`From: ${formatMailbox(frame.from)}`);
  if (!names.has('date')) put.push(dateField(frame.date));
  if (!names.has('message-id')) put.push(`Message-ID: <${frame.messageId}>`);
  if (!names.has('mime-version')) put.push('MIME-Version: 1.0');
  return join(rewriteHeader(raw, drop, put));
}
