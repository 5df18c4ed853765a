import { parseAddresses } from '../../../codecs/mime/index.ts';
import { bytesOf, child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { MailAddress, Message, MessagePart } from '../../../core/mail/types.ts';
import type { DraftAttachment, DraftContent } from '../../../core/ports/outbound.ts';
import type { AddedFiles } from '../../../core/sync/state.ts';
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

/** An attachment that a request adds, and the name that the device gave it for the answer (MS-ASAIRS 2.2.2.14). */
interface NewAttachment extends DraftAttachment {
  clientId: string;
}

export interface ChangedDraft {
  content: DraftContent;
  /** A recipient is named that is no address. */
  unfit: boolean;
}

/**
 * Puts what the device says over a draft (MS-ASEMAIL 3.1.5.1, MS-ASAIRS 2.2.2.2 and 2.2.2.18): what it leaves out
 * stays. null when it says something that a draft cannot have, or names an attachment that is not there.
 */
export function applyToDraft(
  content: DraftContent,
  data: WbxmlElement | undefined,
  itemId: string | null,
): ChangedDraft | null {
  const next: DraftContent = { ...content, attachments: [...content.attachments] };
  const added = addedFiles(data);
  if (added === null) return null;
  let unfit = false;
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
    next[field] = addresses.filter((a) => a.address.includes('@'));
    if (next[field].length < addresses.length) unfit = true;
  }
  const subject = textOf(data, 'Email:Subject');
  if (subject !== undefined) next.subject = subject.replace(/[\r\n]+/g, ' ').slice(0, 998);
  const importance = numberOf(data, 'Email:Importance');
  if (importance !== undefined) next.importance = IMPORTANCE[importance] ?? 'normal';
  const body = child(data, 'AirSyncBase:Body');
  if (body !== undefined && !applyBody(next, body)) return null;
  const attachments = child(data, 'AirSyncBase:Attachments');
  for (const change of attachments?.children ?? []) {
    if (change.tag === 'AirSyncBase:Add') continue;
    if (change.tag !== 'AirSyncBase:Delete' || !dropAttachment(next, change, content, itemId)) return null;
  }
  next.attachments.push(...added);
  return { content: next, unfit };
}

function applyBody(draft: DraftContent, body: WbxmlElement): boolean {
  const type = numberOf(body, 'AirSyncBase:Type');
  const data = textOf(body, 'AirSyncBase:Data') ?? '';
  if (type !== 1 && type !== 2) return false;
  draft.text = type === 1 ? data : null;
  draft.html = type === 2 ? data : null;
  return true;
}

function dropAttachment(
  draft: DraftContent,
  change: WbxmlElement,
  before: DraftContent,
  itemId: string | null,
): boolean {
  const ids = parseFileReference(textOf(change, 'AirSyncBase:FileReference') ?? '');
  const gone = before.attachments.find(
    ({ content }) => !(content instanceof Uint8Array) && content.part.partNo === ids?.partNo,
  );
  if (gone === undefined || ids?.itemId !== itemId) return false;
  draft.attachments = draft.attachments.filter((a) => a !== gone);
  return true;
}

/** The attachments that a request adds; null when one lacks what it must have. */
export function addedFiles(data: WbxmlElement | undefined): NewAttachment[] | null {
  const elements = children(child(data, 'AirSyncBase:Attachments'), 'AirSyncBase:Add');
  const added = elements.flatMap((element) => newAttachment(element) ?? []);
  return added.length < elements.length ? null : added;
}

/** null when it lacks what an attachment must have (MS-ASAIRS 2.2.2.2). */
function newAttachment(change: WbxmlElement): NewAttachment | null {
  const content = bytesOf(child(change, 'AirSyncBase:Content'));
  const clientId = textOf(change, 'AirSyncBase:ClientId');
  if (content === undefined || clientId === undefined || clientId.length > MAX_NAME) return null;
  return {
    clientId,
    name: (textOf(change, 'AirSyncBase:DisplayName') ?? 'attachment').slice(0, MAX_NAME),
    mediaType: mediaTypeOf(textOf(change, 'AirSyncBase:ContentType')),
    contentId: textOf(change, 'AirSyncBase:ContentId') ?? null,
    isInline: flagOf(change, 'AirSyncBase:IsInline') ?? false,
    content,
  };
}

/** ClientIds by the parts that the attachments became: those of the same name, last ones first. */
export function fileIds(added: readonly NewAttachment[], parts: readonly MessagePart[]): AddedFiles {
  const files: AddedFiles = {};
  const left = parts.filter((part) => part.isAttachment);
  for (const one of [...added].reverse()) {
    const at = left.findLastIndex((part) => part.name === one.name && part.mediaType === one.mediaType);
    const [part] = at < 0 ? [] : left.splice(at, 1);
    if (part !== undefined) files[part.partNo] = one.clientId;
  }
  return files;
}

function mediaTypeOf(text: string | undefined): string {
  const type = (text ?? '').trim().toLowerCase();
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : 'application/octet-stream';
}
