import { parseAddresses } from '../../../codecs/mime/index.ts';
import { child, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { MailAddress, Message, MessagePart } from '../../../core/mail/types.ts';
import type { DraftAttachment, DraftContent } from '../../../core/ports/outbound.ts';
import type { EasContext } from '../context.ts';
import { authoredHtml, plainText } from '../mail/body-content.ts';
import { flagOf, numberOf } from '../mail/body-preference.ts';
import { parseFileReference } from '../mail/ids.ts';

const MAX_ADDRESSES = 500;
const MAX_NAME = 255;
const IMPORTANCE = ['low', 'normal', 'high'] as const;

/** What of a draft does not come from the device. */
export interface DraftFrame {
  from: MailAddress;
  messageId: string;
  /** Milliseconds since the epoch. */
  date: number;
}

/** A draft without anything in it. */
export function emptyDraft(frame: DraftFrame): DraftContent {
  return {
    ...frame,
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: '',
    importance: 'normal',
    text: null,
    html: null,
    attachments: [],
    inReplyTo: null,
    references: [],
    threadIndex: null,
  };
}

/** A draft as the server has it, to be changed. Its attachments stay where they are: ranges of its raw. */
export async function contentOfDraft(
  context: EasContext,
  message: Message,
  frame: DraftFrame,
): Promise<DraftContent> {
  const { blobs } = context.services;
  const html = message.bodyHtmlPart === null ? null : await authoredHtml(blobs, message);
  const text = message.bodyTextPart === null ? null : await plainText(blobs, message);
  return {
    ...emptyDraft(frame),
    to: message.to,
    cc: message.cc,
    bcc: message.bcc,
    replyTo: message.replyTo,
    subject: message.subject,
    importance: message.importance,
    text: text?.text ?? null,
    html: html?.text ?? null,
    attachments: message.attachments.map((part) => kept(message, part)),
  };
}

function kept(message: Message, part: MessagePart): DraftAttachment {
  return {
    name: part.name ?? 'attachment',
    mediaType: part.mediaType,
    contentId: part.contentId,
    isInline: part.isInline,
    content: { rawKey: message.rawKey, part },
  };
}

/**
 * Puts what the device says over a draft (MS-ASEMAIL 3.1.5.1, MS-ASAIRS 2.2.2.2 and 2.2.2.18): what it leaves out
 * stays. null when it says something that a draft cannot have, or names an attachment that is not there.
 */
export function applyToDraft(
  content: DraftContent,
  data: WbxmlElement | undefined,
  itemId: string | null,
): DraftContent | null {
  const next: DraftContent = { ...content, attachments: [...content.attachments] };
  const lists = [
    ['to', 'Email:To'],
    ['cc', 'Email:Cc'],
    ['bcc', 'Email2:Bcc'],
    ['replyTo', 'Email:ReplyTo'],
  ] as const;
  for (const [field, tag] of lists) {
    const text = textOf(data, tag);
    if (text === undefined) continue;
    const { addresses, truncated } = parseAddresses(text, MAX_ADDRESSES);
    if (truncated) return null;
    next[field] = addresses.filter((a) => a.address !== '');
  }
  const subject = textOf(data, 'Email:Subject');
  if (subject !== undefined) next.subject = subject.replace(/[\r\n]+/g, ' ').slice(0, 998);
  const importance = numberOf(data, 'Email:Importance');
  if (importance !== undefined) next.importance = IMPORTANCE[importance] ?? 'normal';
  const body = child(data, 'AirSyncBase:Body');
  if (body !== undefined && !applyBody(next, body)) return null;
  const attachments = child(data, 'AirSyncBase:Attachments');
  for (const change of attachments?.children ?? []) {
    if (!applyAttachment(next, change, content, itemId)) return null;
  }
  return next;
}

function applyBody(draft: DraftContent, body: WbxmlElement): boolean {
  const type = numberOf(body, 'AirSyncBase:Type');
  const data = textOf(body, 'AirSyncBase:Data') ?? '';
  if (type !== 1 && type !== 2) return false;
  draft.text = type === 1 ? data : null;
  draft.html = type === 2 ? data : null;
  return true;
}

function applyAttachment(
  draft: DraftContent,
  change: WbxmlElement,
  before: DraftContent,
  itemId: string | null,
): boolean {
  if (change.tag === 'AirSyncBase:Delete') {
    const ids = parseFileReference(textOf(change, 'AirSyncBase:FileReference') ?? '');
    const gone = before.attachments.find(
      ({ content }) => !(content instanceof Uint8Array) && content.part.partNo === ids?.partNo,
    );
    if (gone === undefined || ids?.itemId !== itemId) return false;
    draft.attachments = draft.attachments.filter((a) => a !== gone);
    return true;
  }
  if (change.tag !== 'AirSyncBase:Add') return false;
  const content = child(change, 'AirSyncBase:Content');
  if (content === undefined) return false;
  draft.attachments.push({
    name: (textOf(change, 'AirSyncBase:DisplayName') ?? 'attachment').slice(0, MAX_NAME),
    mediaType: mediaTypeOf(textOf(change, 'AirSyncBase:ContentType')),
    contentId: textOf(change, 'AirSyncBase:ContentId') ?? null,
    isInline: flagOf(change, 'AirSyncBase:IsInline') ?? false,
    content: content.opaque ?? new TextEncoder().encode(content.text),
  });
  return true;
}

function mediaTypeOf(text: string | undefined): string {
  const type = (text ?? '').trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : 'application/octet-stream';
}
