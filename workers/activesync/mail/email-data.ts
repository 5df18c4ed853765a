import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { ItemState, MailAddress, Message, MessageFlag, MessagePart } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { type BodyOptions, nativeBodyType, renderBody } from './body.ts';
import { fileReference } from './ids.ts';

const IMPORTANCE = { low: 0, normal: 1, high: 2 } as const;
/** Code page of UTF-8: what every text is sent in (MS-ASEMAIL 2.2.2.41). */
const CPID_UTF8 = 65001;
/** Longest address list in characters; MS-ASEMAIL 2.2.2.80 lets To be cut. */
const MAX_ADDRESSES = 32_768;

/** The properties of a message that a device shows (MS-ASEMAIL 2.2.1.2), without a wrapping element. */
export async function emailProperties(
  blobs: BlobStore,
  message: Message,
  options: BodyOptions,
  version: Version,
): Promise<WbxmlNode[]> {
  const body = await renderBody(blobs, message, options, version);
  const v14 = atLeast(version, '14.0');
  return [
    ...addressed('Email:To', message.to),
    ...addressed('Email:Cc', message.cc),
    ...addressed('Email:From', message.from),
    el('Email:Subject', message.subject),
    ...addressed('Email:ReplyTo', message.replyTo),
    el('Email:DateReceived', isoTime(message.receivedAt)),
    ...optional('Email:DisplayTo', message.to.map((a) => a.name || a.address).join('; ')),
    el('Email:ThreadTopic', message.baseSubject),
    el('Email:Importance', IMPORTANCE[message.importance]),
    el('Email:Read', message.isRead),
    ...attachments(message),
    body,
    el('Email:MessageClass', messageClass(message)),
    el('Email:InternetCPID', CPID_UTF8),
    flagElement(message.flag),
    el('Email:ContentClass', message.contentClass ?? 'urn:content-classes:message'),
    el('AirSyncBase:NativeBodyType', nativeBodyType(message)),
    ...(v14
      ? [
          el('Email2:ConversationId', conversationId(message.threadId)),
          el('Email2:ConversationIndex', conversationIndex(message.receivedAt)),
          ...(message.sender.length > 0 ? addressed('Email2:Sender', message.sender) : []),
        ]
      : []),
    ...categories(message.categories),
  ].filter((n) => n !== null);
}

/** What a Change says: only what can change of a received message (MS-ASEMAIL 2.2.1.2). */
export function emailChange(item: ItemState): WbxmlNode[] {
  return [el('Email:Read', item.isRead), flagElement(item.flag), ...categories(item.categories)];
}

function addressed(tag: string, list: MailAddress[]): WbxmlNode[] {
  let text = '';
  for (const { name, address } of list) {
    const one = name === '' ? address : `"${name.replace(/["\\]/g, '')}" <${address}>`;
    if (text.length + one.length > MAX_ADDRESSES) break;
    text += text === '' ? one : `, ${one}`;
  }
  return optional(tag, text);
}

function optional(tag: string, text: string): WbxmlNode[] {
  return text === '' ? [] : [el(tag, text)];
}

function categories(list: string[]): WbxmlNode[] {
  return list.length === 0 ? [] : [el('Email:Categories', ...list.map((c) => el('Email:Category', c)))];
}

function messageClass(message: Message): string {
  return message.attachments.some((a) => /^application\/(x-)?pkcs7-mime$/.test(a.mediaType))
    ? 'IPM.Note.SMIME'
    : message.attachments.some((a) => /^application\/(x-)?pkcs7-signature$/.test(a.mediaType))
      ? 'IPM.Note.SMIME.MultipartSigned'
      : 'IPM.Note';
}

/** Email:Flag; empty when the message has none, which also clears it on the device (MS-ASEMAIL 2.2.2.34). */
function flagElement(flag: MessageFlag | null): WbxmlNode {
  if (flag === null || flag.status === 0) return el('Email:Flag');
  const time = (tag: string, at: number | undefined) => (at === undefined ? null : el(tag, isoTime(at)));
  return el(
    'Email:Flag',
    flag.subject === undefined ? null : el('Tasks:Subject', flag.subject),
    el('Email:Status', flag.status),
    el('Email:FlagType', flag.type ?? 'Flag for follow up'),
    time('Tasks:DateCompleted', flag.dateCompleted),
    time('Email:CompleteTime', flag.completeTime),
    time('Tasks:StartDate', flag.startDate),
    time('Tasks:DueDate', flag.dueDate),
    time('Tasks:UtcStartDate', flag.utcStartDate),
    time('Tasks:UtcDueDate', flag.utcDueDate),
    flag.reminderSet === undefined ? null : el('Tasks:ReminderSet', flag.reminderSet),
    time('Tasks:ReminderTime', flag.reminderTime),
    time('Tasks:OrdinalDate', flag.ordinalDate),
    flag.subOrdinalDate === undefined ? null : el('Tasks:SubOrdinalDate', flag.subOrdinalDate),
  );
}

function attachments(message: Message): WbxmlNode[] {
  if (message.attachments.length === 0) return [];
  return [el('AirSyncBase:Attachments', ...message.attachments.map((a) => attachment(message, a)))];
}

// MS-ASAIRS 2.2.2.7
function attachment(message: Message, part: MessagePart): WbxmlNode {
  return el(
    'AirSyncBase:Attachment',
    el('AirSyncBase:DisplayName', displayName(part)),
    el('AirSyncBase:FileReference', fileReference(message.itemId, part.partNo)),
    // 5: an embedded message (MS-ASAIRS 2.2.2.31)
    el('AirSyncBase:Method', part.mediaType === 'message/rfc822' ? 5 : 1),
    el('AirSyncBase:EstimatedDataSize', part.decodedSize),
    part.contentId === null ? null : el('AirSyncBase:ContentId', part.contentId),
    part.contentLocation === null ? null : el('AirSyncBase:ContentLocation', part.contentLocation),
    part.isInline ? el('AirSyncBase:IsInline', true) : null,
  );
}

const EXTENSIONS: Record<string, string> = {
  'message/rfc822': 'eml',
  'text/calendar': 'ics',
  'text/plain': 'txt',
  'text/html': 'html',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'application/pdf': 'pdf',
};

/** The part's name without path or control characters (ATTACKS A56), or one made from its type. */
function displayName(part: MessagePart): string {
  const name = (part.name ?? '')
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, 255);
  return name === '' ? `attachment-${part.partNo}.${EXTENSIONS[part.mediaType] ?? 'bin'}` : name;
}

/** MS-ASDTYPE 2.3: UTC with milliseconds. */
function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** 16 opaque bytes that all messages of a thread share (MS-ASEMAIL 2.2.2.21). */
function conversationId(threadId: string): Uint8Array {
  if (/^[0-9a-f]{32}/.test(threadId)) {
    return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(threadId.slice(i * 2, i * 2 + 2), 16));
  }
  const bytes = new Uint8Array(16);
  new TextEncoder().encodeInto(threadId.slice(-16), bytes);
  return bytes;
}

/** The upper five bytes of the FILETIME (MS-ASEMAIL 2.2.2.22). */
function conversationIndex(at: number): Uint8Array {
  let ticks = (BigInt(Math.max(0, Math.floor(at))) + 11_644_473_600_000n) * 10_000n;
  ticks >>= 24n;
  const bytes = new Uint8Array(5);
  for (let i = 4; i >= 0; i--) {
    bytes[i] = Number(ticks & 0xffn);
    ticks >>= 8n;
  }
  return bytes;
}
