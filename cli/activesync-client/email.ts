import { bytesOf, child, children, textOf, type WbxmlElement } from '../../codecs/wbxml/index.ts';
import { must } from './errors.ts';
import type { BodyWish } from './item-options.ts';

interface EmailBody {
  type: number;
  /** Bytes of the whole body. */
  estimatedDataSize: number | null;
  truncated: boolean;
  /** null when the server left it out, or sent it as a part of its own. */
  data: Uint8Array | null;
  /** Number of the part of a multipart answer that holds it. */
  part: number | null;
  preview: string | null;
}

interface EmailAttachment {
  displayName: string;
  fileReference: string;
  method: number;
  size: number;
  contentId: string | null;
  isInline: boolean;
}

/** A message as a device knows it (MS-ASEMAIL 2.2.1.2). Absent text is ''. */
export interface Email {
  from: string;
  to: string;
  cc: string;
  subject: string;
  dateReceived: Date | null;
  read: boolean;
  /** 0 cleared, 1 complete, 2 active. */
  flagStatus: number;
  importance: number;
  messageClass: string;
  /** Hex; '' before 14.0. */
  conversationId: string;
  body: EmailBody | null;
  attachments: EmailAttachment[];
  categories: string[];
}

/** Reads the properties of a message and checks their values; `wishes` are the body forms asked for. */
export function readEmail(data: WbxmlElement, wishes: readonly BodyWish[]): Email {
  const text = (tag: string) => textOf(data, tag) ?? '';
  const conversation = bytesOf(child(data, 'Email2:ConversationId'));
  const flag = textOf(child(data, 'Email:Flag'), 'Email:Status');
  return {
    from: text('Email:From'),
    to: text('Email:To'),
    cc: text('Email:Cc'),
    subject: text('Email:Subject'),
    dateReceived: dateOf(data, 'Email:DateReceived'),
    read: text('Email:Read') === '1',
    flagStatus: Number(flag ?? '0'),
    importance: Number(text('Email:Importance') || '1'),
    messageClass: text('Email:MessageClass'),
    conversationId: conversation === undefined ? '' : Buffer.from(conversation).toString('hex'),
    body: bodyOf(data, wishes),
    attachments: attachmentsOf(data),
    categories: children(child(data, 'Email:Categories'), 'Email:Category').map((c) => c.text),
  };
}

/** What a new item must have: the fields that a device lists it by. */
export function checkNewEmail(email: Email, serverId: string): void {
  must(email.dateReceived !== null, 'MS-ASEMAIL 2.2.2.24', `item ${serverId} without DateReceived`);
  must(email.messageClass !== '', 'MS-ASEMAIL 2.2.2.49', `item ${serverId} without MessageClass`);
}

function dateOf(data: WbxmlElement, tag: string): Date | null {
  const text = textOf(data, tag);
  if (text === undefined) return null;
  // MS-ASDTYPE 2.3: ISO 8601 in UTC with milliseconds.
  must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text), 'MS-ASDTYPE 2.3', `${tag} "${text}"`);
  const date = new Date(text);
  must(!Number.isNaN(date.getTime()), 'MS-ASDTYPE 2.3', `${tag} "${text}"`);
  return date;
}

function bodyOf(data: WbxmlElement, wishes: readonly BodyWish[]): EmailBody | null {
  const element = child(data, 'AirSyncBase:Body');
  if (element === undefined) return null;
  const size = textOf(element, 'AirSyncBase:EstimatedDataSize');
  const content = child(element, 'AirSyncBase:Data');
  const part = textOf(element, 'ItemOperations:Part');
  const body: EmailBody = {
    type: Number(textOf(element, 'AirSyncBase:Type')),
    estimatedDataSize: size === undefined ? null : Number(size),
    truncated: textOf(element, 'AirSyncBase:Truncated') === '1',
    data: bytesOf(content) ?? null,
    part: part === undefined ? null : Number(part),
    preview: textOf(element, 'AirSyncBase:Preview') ?? null,
  };
  checkBody(body, wishes);
  return body;
}

function checkBody(body: EmailBody, wishes: readonly BodyWish[]): void {
  must(body.type >= 1 && body.type <= 4, 'MS-ASAIRS 2.2.2.41.1', `body Type ${body.type}`);
  must(body.data === null || body.part === null, 'MS-ASAIRS 2.2.2.9', 'a body with Data and Part');
  if (wishes.length === 0) return;
  const wish = wishes.find((w) => w.type === body.type);
  // A server may answer with plain text when it cannot make what was asked for.
  must(
    wish !== undefined || body.type === 1,
    'MS-ASAIRS 3.2.5.1',
    `body Type ${body.type} was not asked for`,
  );
  if (wish === undefined) return;
  const sent = body.data?.length ?? 0;
  if (wish.truncationSize !== undefined) {
    must(
      sent <= wish.truncationSize,
      'MS-ASAIRS 2.2.2.40.1',
      `${sent} bytes of body, ${wish.truncationSize} allowed`,
    );
  } else if (body.part === null) {
    must(!body.truncated, 'MS-ASAIRS 2.2.2.39', 'a truncated body although no TruncationSize was given');
  }
  if (body.truncated) {
    must(body.estimatedDataSize !== null, 'MS-ASAIRS 2.2.2.23', 'a truncated body without EstimatedDataSize');
    must(
      wish.allOrNone !== true || sent === 0,
      'MS-ASAIRS 2.2.2.1',
      'AllOrNone, but part of the body was sent',
    );
  }
  if (body.preview !== null) {
    must(wish.preview !== undefined, 'MS-ASAIRS 2.2.2.35', 'a Preview that was not asked for');
    const characters = Array.from(body.preview).length;
    must(characters <= wish.preview, 'MS-ASAIRS 2.2.2.35', `a Preview of ${characters} characters`);
  }
}

function attachmentsOf(data: WbxmlElement): EmailAttachment[] {
  const list = child(data, 'AirSyncBase:Attachments');
  must(list === undefined || list.children.length > 0, 'MS-ASAIRS 2.2.2.8', 'an empty Attachments element');
  const found = children(list, 'AirSyncBase:Attachment').map((a): EmailAttachment => {
    const fileReference = textOf(a, 'AirSyncBase:FileReference') ?? '';
    const method = Number(textOf(a, 'AirSyncBase:Method'));
    const size = Number(textOf(a, 'AirSyncBase:EstimatedDataSize') ?? Number.NaN);
    must(fileReference !== '', 'MS-ASAIRS 2.2.2.24.1', 'an attachment without FileReference');
    must([1, 2, 3, 4, 5, 6].includes(method), 'MS-ASAIRS 2.2.2.31', `attachment Method ${method}`);
    must(Number.isInteger(size) && size >= 0, 'MS-ASAIRS 2.2.2.23.1', `attachment size ${size}`);
    return {
      displayName: textOf(a, 'AirSyncBase:DisplayName') ?? '',
      fileReference,
      method,
      size,
      contentId: textOf(a, 'AirSyncBase:ContentId') ?? null,
      isInline: textOf(a, 'AirSyncBase:IsInline') === '1',
    };
  });
  const references = new Set(found.map((a) => a.fileReference));
  must(references.size === found.length, 'MS-ASAIRS 2.2.2.24.1', 'two attachments with one FileReference');
  return found;
}
