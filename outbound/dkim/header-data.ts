import { encodeText, join, scanHeader } from '../../codecs/mime/edit/index.ts';

const COLON = 58;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/**
 * Fields that are signed once more than they are there, so that nobody can add another one which a reader would show
 * instead (RFC 6376 5.4.2, 8.15).
 */
const OVERSIGNED = [
  'from',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
];

/** Fields that are signed where they are; a mailing list may add its own. */
const SIGNED = [
  'sender',
  'resent-from',
  'resent-sender',
  'resent-to',
  'resent-cc',
  'resent-date',
  'resent-message-id',
  'list-id',
  'list-help',
  'list-post',
  'list-owner',
  'list-archive',
  'list-subscribe',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'auto-submitted',
  'disposition-notification-to',
  'content-disposition',
  'content-language',
  'importance',
  'autocrypt',
];

type Field = ReturnType<typeof scanHeader>['fields'][number];

export interface SignedFields {
  /** Value of `h=`, by field name. */
  names: string[];
  /** Those fields in their relaxed form, each with its line end. */
  data: Uint8Array;
}

/** The fields of a header that a signature covers (RFC 6376 3.7, 5.4). */
export function signedFields(head: Uint8Array): SignedFields {
  const { fields } = scanHeader(head);
  const names: string[] = [];
  const parts: Uint8Array[] = [];
  for (const name of [...OVERSIGNED, ...SIGNED]) {
    // RFC 6376 5.4.2: of several fields of a name the last is taken first.
    for (const field of fields.filter((one) => one.name === name).reverse()) {
      names.push(name);
      parts.push(relaxedField(head, field), encodeText('\r\n'));
    }
    if (OVERSIGNED.includes(name)) names.push(name);
  }
  return { names, data: join(parts) };
}

/** A field in its relaxed form without its line end (RFC 6376 3.4.2). */
function relaxedField(head: Uint8Array, { name, start, end }: Field): Uint8Array {
  const prefix = encodeText(`${name}:`);
  const out = new Uint8Array(prefix.length + end - start);
  out.set(prefix);
  let size = prefix.length;
  let gap = false;
  for (let at = head.indexOf(COLON, start) + 1; at < end; at++) {
    const byte = head[at] as number;
    // Line ends inside a field belong to its folding.
    if (byte === SPACE || byte === TAB || byte === CR || byte === LF) gap = true;
    else {
      if (gap && size > prefix.length) out[size++] = SPACE;
      gap = false;
      out[size++] = byte;
    }
  }
  return out.subarray(0, size);
}
