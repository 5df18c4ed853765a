import type { ItemState, MessageFlag, MessagePart } from '../../../core/mail/types.ts';
import { extendedMember, parseExtended } from '../../extended.ts';
import type { MailTables } from '../../schema/mail.ts';

/** Selection of an ItemState. */
export function itemFields(items: MailTables['items']) {
  return {
    itemId: items.itemId,
    folderId: items.folderId,
    kind: items.kind,
    modseq: items.modseq,
    createdModseq: items.createdModseq,
    receivedAt: items.receivedAt,
    isRead: items.isRead,
    flag: items.flag,
    categories: items.categories,
    size: items.size,
    textSize: items.textSize,
    htmlSize: items.htmlSize,
    readModseq: items.readModseq,
    flagModseq: items.flagModseq,
    categoriesModseq: items.categoriesModseq,
    contentModseq: items.contentModseq,
    threadId: items.threadId,
    extended: items.extended,
  };
}

interface ItemRow extends Omit<ItemState, 'kind' | 'isRead' | 'flag' | 'categories' | 'extended'> {
  kind: string;
  isRead: number;
  flag: string | null;
  categories: string;
  extended: string | null;
}

export function itemState(row: ItemRow): ItemState {
  return {
    itemId: row.itemId,
    folderId: row.folderId,
    kind: row.kind as ItemState['kind'],
    modseq: row.modseq,
    createdModseq: row.createdModseq,
    receivedAt: row.receivedAt,
    isRead: row.isRead === 1,
    flag: row.flag === null ? null : (JSON.parse(row.flag) as MessageFlag),
    categories: JSON.parse(row.categories) as string[],
    size: row.size,
    textSize: row.textSize,
    htmlSize: row.htmlSize,
    readModseq: row.readModseq,
    flagModseq: row.flagModseq,
    categoriesModseq: row.categoriesModseq,
    contentModseq: row.contentModseq,
    threadId: row.threadId,
    ...extendedMember(parseExtended(row.extended)),
  };
}

/** Selection of a MessagePart. */
export function partFields(parts: MailTables['messageParts']) {
  return {
    partNo: parts.partNo,
    path: parts.path,
    mediaType: parts.mediaType,
    charset: parts.charset,
    encoding: parts.encoding,
    format: parts.format,
    disposition: parts.disposition,
    name: parts.name,
    contentId: parts.contentId,
    contentLocation: parts.contentLocation,
    bodyStart: parts.bodyStart,
    bodyEnd: parts.bodyEnd,
    decodedSize: parts.decodedSize,
    isAttachment: parts.isAttachment,
    isInline: parts.isInline,
  };
}

interface PartRow extends Omit<MessagePart, 'format' | 'disposition' | 'isAttachment' | 'isInline'> {
  format: string | null;
  disposition: string | null;
  isAttachment: number;
  isInline: number;
}

export function messagePart(row: PartRow): MessagePart {
  return {
    partNo: row.partNo,
    path: row.path,
    mediaType: row.mediaType,
    charset: row.charset,
    encoding: row.encoding,
    format: row.format as MessagePart['format'],
    disposition: row.disposition as MessagePart['disposition'],
    name: row.name,
    contentId: row.contentId,
    contentLocation: row.contentLocation,
    bodyStart: row.bodyStart,
    bodyEnd: row.bodyEnd,
    decodedSize: row.decodedSize,
    isAttachment: row.isAttachment === 1,
    isInline: row.isInline === 1,
  };
}
