import type { XmlContent, XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { Link } from '../../../core/calendar/types.ts';
import type { MessagePart } from '../../../core/mail/types.ts';
import { attachmentIdOf } from '../../../core/pim/attachments.ts';
import { encodeId } from '../ids/id.ts';
import { attachmentNames } from './attachment-ids.ts';
import { isoTime } from './time.ts';
import { createdAt } from './times.ts';
import { documentOf, type ItemView } from './view.ts';

/** A file, or a message, of an item, as its list of attachments shows it. */
export interface AttachmentFacts {
  /** Names it inside of the item: number of the part, or id of the file that is kept with a document. */
  id: string;
  kind: 'file' | 'item';
  name: string;
  contentType: string;
  contentId: string | null;
  contentLocation: string | null;
  size: number;
  isInline: boolean;
  isContactPhoto: boolean;
  /** Of a message: the part that it is. */
  part: MessagePart | null;
  /** Of a document: its link. */
  link: Link | null;
}

const MESSAGE_TYPE = 'message/rfc822';
/** Between the names of an attached message and of what is attached to it. */
export const BELOW = '/';
const DATA_URI = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/i;

/** The attachments of an item, in order. */
export function attachmentsOf(view: ItemView): AttachmentFacts[] {
  if (view.message !== null) {
    const names = attachmentNames(view);
    return view.message.attachments.map((part, i) =>
      partFacts(part, within(view, names[i] ?? String(part.partNo))),
    );
  }
  const { pim } = view;
  if (pim?.kind === 'contact') {
    const photo = Object.values(pim.document.media ?? {}).find(
      (one) => one.kind === 'photo' && DATA_URI.test(one.uri),
    );
    return [
      ...(photo === undefined ? [] : [photoFacts(photo.uri, photo.mediaType)]),
      ...Object.values(pim.document['waypost:files'] ?? {}).flatMap((link) => linkFacts(link) ?? []),
    ];
  }
  const document = pim?.kind === 'task' ? pim.document : documentOf(view);
  return Object.values(document?.links ?? {}).flatMap((link) => linkFacts(link) ?? []);
}

/** Attachments of what is itself attached are named by the way to them. */
function within({ attachment }: ItemView, name: string): string {
  return attachment === undefined ? name : `${attachment}${BELOW}${name}`;
}

function partFacts(part: MessagePart, id: string): AttachmentFacts {
  return {
    id,
    kind: part.mediaType === MESSAGE_TYPE ? 'item' : 'file',
    name: part.mediaType === MESSAGE_TYPE ? partName(part).replace(/\.eml$/i, '') : partName(part),
    contentType: part.mediaType,
    contentId: part.contentId,
    contentLocation: part.contentLocation,
    size: part.decodedSize,
    isInline: part.isInline,
    isContactPhoto: false,
    ...{ part, link: null },
  };
}

const EXTENSIONS: Readonly<Record<string, string>> = {
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
function partName(part: MessagePart): string {
  const name = shownName(part.name ?? '');
  return name === '' ? `attachment-${part.partNo}.${EXTENSIONS[part.mediaType] ?? 'bin'}` : name;
}

function shownName(name: string): string {
  return name
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, 255);
}

/** Id of the picture of a contact, which stands in the document: another picture has another one. */
function photoId(uri: string): string {
  return `photo${uri.length}${uri.slice(-16).replace(/[^A-Za-z0-9]/g, '')}`;
}

function photoFacts(uri: string, mediaType: string | undefined): AttachmentFacts {
  const encoded = uri.length - uri.indexOf(',') - 1;
  return {
    ...{ id: photoId(uri), kind: 'file', name: 'ContactPicture.jpg', contentId: null, contentLocation: null },
    contentType: mediaType ?? DATA_URI.exec(uri)?.[1] ?? 'image/jpeg',
    size: Math.floor((encoded * 3) / 4),
    ...{ isInline: false, isContactPhoto: true, part: null, link: null },
  };
}

function linkFacts(link: Link): AttachmentFacts | null {
  const id = attachmentIdOf(link);
  if (id === null) return null;
  const name = shownName(link.title ?? '');
  return {
    id,
    kind: link.contentType === MESSAGE_TYPE ? 'item' : 'file',
    name: name === '' ? 'attachment' : name,
    contentType: link.contentType ?? 'application/octet-stream',
    contentId: link.cid ?? null,
    contentLocation: null,
    size: link.size ?? 0,
    isInline: link.cid !== undefined && link.rel !== 'enclosure',
    ...{ isContactPhoto: false, part: null, link },
  };
}

export const ATTACHMENT_ELEMENTS = {
  file: 'FileAttachment',
  item: 'ItemAttachment',
} as const;

/** AttachmentId of an attachment of an item. */
export function attachmentId(view: ItemView, id: string): string {
  const { mailboxId } = view.box.ref;
  return encodeId({ kind: 'attachment', mailboxId, itemId: view.state.itemId, attachment: id });
}

/** An attachment without its content: element and what is in it. `more` stands beside (Content, Message …). */
export function attachmentElement(
  view: ItemView,
  facts: AttachmentFacts,
  more: Readonly<Record<string, XmlContent>> = {},
): XmlPair {
  const content: XmlObject = {
    AttachmentId: { '@Id': attachmentId(view, facts.id) },
    Name: facts.name,
    ContentType: facts.contentType,
    ...(facts.contentId === null ? {} : { ContentId: facts.contentId }),
    ...(facts.contentLocation === null ? {} : { ContentLocation: facts.contentLocation }),
    Size: facts.size,
    LastModifiedTime: isoTime(createdAt(view)),
    IsInline: facts.isInline,
    ...(facts.kind === 'file' ? { IsContactPhoto: facts.isContactPhoto } : {}),
    ...more,
  };
  return [ATTACHMENT_ELEMENTS[facts.kind], content];
}

/** item:Attachments; null when there are none: an empty element is refused by some clients. */
export function attachmentList(view: ItemView): XmlObject | null {
  const list = attachmentsOf(view);
  return list.length === 0 ? null : { $: list.map((one) => attachmentElement(view, one)) };
}
