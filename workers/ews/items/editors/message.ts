import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child, children } from '../../../../codecs/soap/read.ts';
import type { MessagePatch } from '../../../../core/mail/authoring/patch.ts';
import type { Message, MessageFlag } from '../../../../core/mail/types.ts';
import type { DraftAttachment } from '../../../../core/ports/outbound.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import { attachmentNamed } from '../attachment-ids.ts';
import type { ItemEdit, ItemEditor, ItemElement } from '../property.ts';
import type { ItemView, StoredProperty } from '../view.ts';
import { flagOf } from './flag.ts';
import { editMapi } from './message-mapi.ts';
import { saveMessageDraft } from './message-save.ts';
import { booleanOf, enumOf, mailboxesOf, markupOf, stringsOf, timeOf } from './values.ts';

/** A message that is being written: what it was, and what the request says of it. */
export interface MessageDraft {
  view: ItemView | null;
  present: Message | null;
  element: ItemElement;
  patch: MessagePatch;
  /** The whole message as the client handed it in. */
  mime: Uint8Array | null;
  isRead?: boolean;
  flag?: MessageFlag | null;
  categories?: string[];
  /** Said by MAPI flags: no message that is still to be sent. */
  isDraft?: boolean;
  receivedAt?: number;
  /** What is kept beside the message because no field of it says so, by extendedKey. */
  kept: Record<string, StoredProperty | null>;
  /** Names in ids that added files take over. */
  takenOver: Map<DraftAttachment, string>;
}

const SENSITIVITIES = ['Normal', 'Personal', 'Private', 'Confidential'] as const;
const IMPORTANCES = ['Low', 'Normal', 'High'] as const;
const MAX_RECIPIENTS = 1000;
/** Characters of a subject that Exchange keeps of what clients set. */
const MAX_SUBJECT = 255;

/** Fields that only the server sets (MS-OXWSCORE 2.2.4.24, MS-OXWSMSG 2.2.4.1). */
const READ_ONLY = new Set([
  ...[
    ...[
      'ItemId',
      'ParentFolderId',
      'DateTimeReceived',
      'Size',
      'IsSubmitted',
      'IsFromMe',
      'IsResend',
      'IsUnmodified',
    ],
    ...['DateTimeSent', 'DateTimeCreated', 'ResponseObjects', 'DisplayCc', 'DisplayTo', 'HasAttachments'],
    ...['EffectiveRights', 'LastModifiedName', 'LastModifiedTime', 'ConversationId', 'UniqueBody', 'Preview'],
    ...['NormalizedBody', 'TextBody', 'InstanceKey', 'StoreEntryId', 'IsDraft', 'Attachments', 'IconIndex'],
    ...[
      'WebClientReadFormQueryString',
      'WebClientEditFormQueryString',
      'IsAssociated',
      'EntityExtractionResult',
    ],
  ].map((name) => `item:${name}`),
  ...['ConversationIndex', 'ConversationTopic', 'ReceivedBy', 'ReceivedRepresenting'].map(
    (name) => `message:${name}`,
  ),
]);

/** Fields that a client may set and that no field of a message holds: they are kept beside it, as they are. */
const KEPT = new Set([
  ...['item:Culture', 'item:ReminderDueBy', 'item:ReminderIsSet', 'item:ReminderMinutesBeforeStart'],
  ...['message:IsResponseRequested', 'postitem:PostedTime'],
]);

/** Messages and posts (MS-OXWSMSG, MS-OXWSPOST); invitations and answers are messages to their reader. */
export const messageEditor: ItemEditor<MessageDraft> = {
  elements: [
    'Message',
    'PostItem',
    'MeetingMessage',
    'MeetingRequest',
    'MeetingResponse',
    'MeetingCancellation',
    'Item',
  ],

  blank: (_context, element) => ({
    ...{ view: null, present: null, element },
    patch: {},
    mime: null,
    kept: keptAtFirst(element),
    takenOver: new Map(),
  }),

  async load(view) {
    if (view.message === null) {
      throw new EwsError('ErrorInvalidOperation', 'This item cannot be changed.');
    }
    return {
      ...{ view, present: view.message, element: view.element },
      ...{ patch: {}, mime: null, kept: {}, takenOver: new Map() },
    };
  },

  edit,
  editExtended: editMapi,

  attach(draft, { name, mediaType, contentId, contentLocation = null, isInline, content, id }) {
    const file = { name, mediaType, contentId, contentLocation, isInline, content };
    draft.patch.added = [...(draft.patch.added ?? []), file];
    if (id !== undefined) draft.takenOver.set(file, id);
  },

  detach(draft, attachment) {
    const part = draft.view === null ? null : attachmentNamed(draft.view, attachment);
    if (part === null) throw new EwsError('ErrorInvalidAttachmentId', 'There is no such attachment.');
    draft.patch.dropped = [...(draft.patch.dropped ?? []), part.partNo];
  },

  save: saveMessageDraft,
};

/** The element says what it is where no class is given. */
function keptAtFirst(element: ItemElement): MessageDraft['kept'] {
  return element === 'PostItem' ? { 'ews:item:ItemClass': { type: 'String', value: 'IPM.Post' } } : {};
}

function edit(
  draft: MessageDraft,
  how: ItemEdit,
  uri: string,
  value: XmlElement | null,
  index: string | null,
  context: EwsContext,
): void {
  if (READ_ONLY.has(uri)) throw refused(how, uri);
  if (uri === 'item:InternetMessageHeader' || uri === 'item:InternetMessageHeaders') {
    editHeaders(draft, uri, value, index);
    return;
  }
  if (how === 'append') {
    append(draft, uri, value);
    return;
  }
  if (KEPT.has(uri)) {
    draft.kept[`ews:${uri}`] = value === null ? null : { type: 'String', value: value.text };
    return;
  }
  const set = SETTERS[uri];
  if (set === undefined) throw new EwsError('ErrorInvalidPropertySet', `${uri} cannot be set on this item.`);
  set(draft, value, context);
}

function refused(how: ItemEdit, uri: string): EwsError {
  const code = {
    set: 'ErrorInvalidPropertySet',
    append: 'ErrorInvalidPropertyAppend',
    delete: 'ErrorInvalidPropertyDelete',
  };
  return new EwsError(code[how], `${uri} cannot be changed by a client.`);
}

/** Append is for what has a sequence (MS-OXWSCORE 3.1.4.9): bodies and recipients. */
function append(draft: MessageDraft, uri: string, value: XmlElement | null): void {
  if (value === null) throw refused('append', uri);
  const { patch, present } = draft;
  if (uri === 'item:Body') patch.appended = (patch.appended ?? '') + markupOf(value);
  else if (uri === 'message:ToRecipients')
    patch.to = [...(patch.to ?? present?.to ?? []), ...recipients(value)];
  else if (uri === 'message:CcRecipients')
    patch.cc = [...(patch.cc ?? present?.cc ?? []), ...recipients(value)];
  else if (uri === 'message:BccRecipients')
    patch.bcc = [...(patch.bcc ?? present?.bcc ?? []), ...recipients(value)];
  else if (uri === 'message:ReplyTo')
    patch.replyTo = [...(patch.replyTo ?? present?.replyTo ?? []), ...recipients(value)];
  else if (uri === 'item:Categories') {
    draft.categories = [
      ...new Set([...(draft.categories ?? present?.categories ?? []), ...stringsOf(value)]),
    ];
  } else throw refused('append', uri);
}

function recipients(value: XmlElement | null) {
  const list = value === null ? [] : mailboxesOf(value);
  if (list.length > MAX_RECIPIENTS)
    throw new EwsError('ErrorInvalidRecipients', 'There are too many recipients.');
  return list;
}

function single(value: XmlElement | null) {
  return value === null ? null : (mailboxesOf(value)[0] ?? null);
}

type Setter = (draft: MessageDraft, value: XmlElement | null, context: EwsContext) => void;

const textSetter =
  (name: 'inReplyTo' | 'references'): Setter =>
  ({ patch }, value) => {
    patch[name] = value === null ? null : value.text;
  };
const listSetter =
  (name: 'to' | 'cc' | 'bcc' | 'replyTo'): Setter =>
  ({ patch }, value) => {
    patch[name] = recipients(value);
  };
const fromSetter: Setter = ({ patch }, value) => {
  const from = single(value);
  if (from !== null) patch.from = from;
};
const senderSetter: Setter = ({ patch }, value) => {
  patch.sender = single(value);
};
const readSetter: Setter = (draft, value) => {
  draft.isRead = value === null ? false : booleanOf(value);
};
const messageIdSetter: Setter = (draft, value) => {
  // MS-OXWSMSG 2.2.4.1: by it a message is known, once it is there.
  if (draft.view !== null) throw refused(value === null ? 'delete' : 'set', 'message:InternetMessageId');
  const given = value?.text.trim() ?? '';
  const id = given.replace(/^<|>$/g, '');
  if (id !== '') draft.patch.messageId = id;
  // What is no id of a message cannot stand in its header as it is.
  const sound = /^<[^\s<>]+>$/.test(given);
  draft.kept['0x1035'] = sound || given === '' ? null : { type: 'String', value: given };
};
/** In the header, and beside it where lists look for it. */
const keptText =
  (name: 'inReplyTo' | 'references', key: string): Setter =>
  (draft, value, context) => {
    textSetter(name)(draft, value, context);
    draft.kept[key] = value === null ? null : { type: 'String', value: value.text.trim() };
  };
const receiptSetter =
  (name: 'readReceipt' | 'deliveryReceipt', key: string): Setter =>
  (draft, value) => {
    const asked = value !== null && booleanOf(value);
    draft.patch[name] = asked;
    draft.kept[key] = { type: 'Boolean', value: String(asked) };
  };

/** Times that a client may set, kept as they came. */
const keptTime =
  (uri: string): Setter =>
  ({ kept }, value) => {
    if (value !== null) timeOf(value);
    kept[`ews:${uri}`] = value === null ? null : { type: 'String', value: value.text.trim() };
  };
/** Classes of items that another element stands for (MS-OXWSCORE 2.2.4.24): an item stays what it is. */
const OF_OTHERS = /^IPM\.(?:Appointment|Contact|DistList|Post|Task)(?:\.|$)/i;
const classSetter: Setter = ({ element, kept }, value) => {
  const given = value?.text.trim() ?? '';
  const isPost = /^IPM\.Post(?:\.|$)/i.test(given);
  if (given !== '' && (element === 'PostItem' ? !isPost : OF_OTHERS.test(given))) {
    throw new EwsError('ErrorObjectTypeChanged', 'This is no class of this item.');
  }
  kept['ews:item:ItemClass'] = value === null ? null : { type: 'String', value: given };
};

const SETTERS: Readonly<Record<string, Setter>> = {
  'item:MimeContent': (draft, value, context) => {
    if (value === null) throw refused('delete', 'item:MimeContent');
    const bytes = context.bytesOf(value);
    if (bytes.length === 0) throw new EwsError('ErrorMimeContentInvalid', 'The MIME content is empty.');
    draft.mime = bytes;
  },
  'item:Subject': ({ patch }, value) => {
    patch.subject = (value?.text ?? '').replace(/[\r\n]+/g, ' ').slice(0, MAX_SUBJECT);
  },
  'item:Body': ({ patch }, value) => {
    const type = value?.attributes['BodyType'] ?? 'Text';
    if (type !== 'Text' && type !== 'HTML') throw new SchemaError('a body is Text or HTML.');
    patch.body = { type: type === 'HTML' ? 'html' : 'text', text: value === null ? '' : markupOf(value) };
  },
  'item:Importance': ({ patch }, value) => {
    const word = value === null ? 'Normal' : enumOf(value, IMPORTANCES);
    patch.importance = word.toLowerCase() as 'low' | 'normal' | 'high';
  },
  'item:Sensitivity': (draft, value) => {
    const word = value === null ? 'Normal' : enumOf(value, SENSITIVITIES);
    draft.patch.sensitivity = word.toLowerCase() as 'normal' | 'personal' | 'private' | 'confidential';
    // Beside the header, where lists look for it.
    draft.kept['0x0036'] = { type: 'Integer', value: String(SENSITIVITIES.indexOf(word)) };
  },
  'item:Categories': (draft, value) => {
    draft.categories = value === null ? [] : stringsOf(value);
  },
  'item:Flag': (draft, value) => {
    draft.flag = value === null ? null : flagOf(value);
  },
  'item:ItemClass': classSetter,
  'item:ReminderNextTime': keptTime('item:ReminderNextTime'),
  'item:RetentionDate': keptTime('item:RetentionDate'),
  'item:InReplyTo': keptText('inReplyTo', '0x1042'),
  'message:ToRecipients': listSetter('to'),
  'message:CcRecipients': listSetter('cc'),
  'message:BccRecipients': listSetter('bcc'),
  'message:ReplyTo': listSetter('replyTo'),
  'message:From': fromSetter,
  'message:Sender': senderSetter,
  'message:IsRead': readSetter,
  'message:References': keptText('references', '0x1039'),
  'message:InternetMessageId': messageIdSetter,
  'message:IsReadReceiptRequested': receiptSetter('readReceipt', '0x0029'),
  'message:IsDeliveryReceiptRequested': receiptSetter('deliveryReceipt', '0x0023'),
  'message:ReceivedTime': (draft, value) => {
    if (value !== null) draft.receivedAt = timeOf(value);
  },
  'postitem:From': fromSetter,
  'postitem:Sender': senderSetter,
  'postitem:IsRead': readSetter,
  'postitem:References': keptText('references', '0x1039'),
  'postitem:InternetMessageId': messageIdSetter,
};

/** One header field by its index, or those of a list. */
function editHeaders(draft: MessageDraft, uri: string, value: XmlElement | null, index: string | null): void {
  draft.patch.fields ??= [];
  const { fields } = draft.patch;
  if (index !== null) {
    const header = value === null ? null : (child(value, 'InternetMessageHeader') ?? value);
    fields.push([index, header?.text ?? null]);
    return;
  }
  if (value === null) throw refused('delete', uri);
  for (const header of children(value, 'InternetMessageHeader')) {
    const name = header.attributes['HeaderName'] ?? '';
    if (name === '') throw new SchemaError('a header must have a name.');
    fields.push([name, header.text]);
  }
}
