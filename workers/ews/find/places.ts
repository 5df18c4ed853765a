import type { FactField, NumberField, TextField } from '../../../core/mail/item-condition.ts';
import { MESSAGE_ELEMENTS } from '../items/element.ts';
import { tableOf } from '../items/mapi/index.ts';
import { extendedKey, type PropertyPath } from '../items/path.ts';
import type { Comparable } from '../items/property.ts';

/** What the rows of messages say of a property. The tables of properties (items/tables, items/mapi) say the same. */
type Place =
  /** `unit`: in milliseconds, to which MAPI times are cut before they are compared. */
  | { kind: 'number'; field: NumberField; unit: number }
  /** Stored values, each with what it is compared as. */
  | { kind: 'fact'; field: FactField; values: readonly (readonly [number | string, Comparable])[] }
  | { kind: 'text'; field: TextField }
  /** Names and addresses, each for itself. */
  | { kind: 'people' }
  /** Names in one line. */
  | { kind: 'line' }
  | { kind: 'categories' }
  | { kind: 'constant'; value: Comparable };

/** Where a property of messages is kept, and what is looked at first: keys of properties that a client gave. */
export interface Kept {
  place: Place;
  keys: readonly string[];
}

const yesNo = (field: FactField, yes = true): Place => ({
  ...{ kind: 'fact', field },
  values: [
    [0, !yes],
    [1, yes],
  ],
});
const number = (field: NumberField, unit = 1): Place => ({ kind: 'number', field, unit });
const text = (field: TextField): Place => ({ kind: 'text', field });
const PEOPLE: Place = { kind: 'people' };
const LINE: Place = { kind: 'line' };
const NO: Place = { kind: 'constant', value: false };
const SECOND = 1000;

const FIELDS: Readonly<Record<string, Place>> = {
  'item:DateTimeReceived': number('received'),
  'item:DateTimeCreated': number('received'),
  'item:DateTimeSent': number('sent'),
  'item:LastModifiedTime': number('modified'),
  'item:Size': number('size'),
  'message:IsRead': yesNo('read'),
  'item:IsDraft': yesNo('draft'),
  'item:IsUnmodified': yesNo('draft', false),
  'item:HasAttachments': yesNo('files'),
  'item:Importance': {
    ...{ kind: 'fact', field: 'importance' },
    values: [
      ['low', 'Low'],
      ['normal', 'Normal'],
      ['high', 'High'],
    ],
  },
  'item:Flag': {
    ...{ kind: 'fact', field: 'flag' },
    values: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  },
  'item:IsSubmitted': NO,
  'item:IsResend': NO,
  'item:IsAssociated': NO,
  'item:Subject': text('subject'),
  'message:ConversationTopic': text('topic'),
  'message:InternetMessageId': text('messageId'),
  'item:ItemClass': text('class'),
  'message:From': PEOPLE,
  'message:Sender': PEOPLE,
  'message:ToRecipients': PEOPLE,
  'message:CcRecipients': PEOPLE,
  'message:BccRecipients': PEOPLE,
  'message:ReplyTo': PEOPLE,
  'item:DisplayTo': LINE,
  'item:DisplayCc': LINE,
  'item:Categories': { kind: 'categories' },
};

/** Under the type by which clients ask for them. */
const MAPI: Readonly<Record<string, readonly [type: RegExp, place: Place]>> = {
  '0x0e06': [/^SystemTime$/, number('received', SECOND)],
  '0x3007': [/^SystemTime$/, number('received', SECOND)],
  '0x0039': [/^SystemTime$/, number('sent', SECOND)],
  '0x3008': [/^SystemTime$/, number('modified', SECOND)],
  '0x0e08': [/^(?:Integer|Long)$/, number('size')],
  '0x0e23': [/^(?:Integer|Long)$/, number('entered')],
  '0x0e69': [/^Boolean$/, yesNo('read')],
  '0x0e1b': [/^Boolean$/, yesNo('files')],
  '0x0017': [
    /^(?:Integer|Long)$/,
    {
      ...{ kind: 'fact', field: 'importance' },
      values: [
        ['low', 0],
        ['normal', 1],
        ['high', 2],
      ],
    },
  ],
  '0x1090': [
    /^(?:Integer|Long)$/,
    {
      ...{ kind: 'fact', field: 'flag' },
      values: [
        [0, null],
        [1, 1],
        [2, 2],
      ],
    },
  ],
  '0x001a': [/^String$/, text('class')],
  '0x0037': [/^String$/, text('subject')],
  '0x3001': [/^String$/, text('subject')],
  '0x0070': [/^String$/, text('topic')],
  '0x0e1d': [/^String$/, text('topic')],
  '0x1035': [/^String$/, text('messageId')],
  'InternetHeaders/message-id': [/^String$/, text('messageId')],
  'InternetHeaders/subject': [/^String$/, text('subject')],
  '0x0c1a': [/^String$/, PEOPLE],
  '0x0c1f': [/^String$/, PEOPLE],
  '0x5d01': [/^String$/, PEOPLE],
  '0x0042': [/^String$/, PEOPLE],
  '0x0065': [/^String$/, PEOPLE],
  '0x5d02': [/^String$/, PEOPLE],
  '0x0e02': [/^String$/, LINE],
  '0x0e03': [/^String$/, LINE],
  '0x0e04': [/^String$/, LINE],
  'PublicStrings/Keywords': [/^StringArray$/, { kind: 'categories' }],
};

/** What a client gave over what the message itself says. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  'item:ItemClass': ['ews:item:ItemClass'],
  '0x001a': ['ews:item:ItemClass'],
  'message:InternetMessageId': ['0x1035'],
};

/** null: the rows do not say it, or not in the way it is asked for. */
export function placeOf(path: PropertyPath): Kept | null {
  if (path.kind === 'indexed') return null;
  if (path.kind === 'field') {
    const place = FIELDS[path.uri];
    return place === undefined ? null : { place, keys: GIVEN[path.uri] ?? [] };
  }
  const key = extendedKey(path.property);
  const known = MAPI[key];
  const keys = [key, ...(GIVEN[key] ?? [])];
  if (known !== undefined) return known[0].test(path.property.type) ? { place: known[1], keys } : null;
  const read = [...MESSAGE_ELEMENTS, 'PostItem' as const].some((element) => tableOf(element).has(key));
  // Nothing but what a client gave.
  return read || path.property.set === 'InternetHeaders'
    ? null
    : { place: { kind: 'constant', value: null }, keys };
}
