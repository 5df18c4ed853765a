import type { CalendarDocument } from '../../../core/calendar/anchor.ts';
import { checkRecurrence } from '../../../core/calendar/check.ts';
import type { Link } from '../../../core/calendar/types.ts';
import { DomainError } from '../../../core/errors.ts';
import { attachmentHref, attachmentIdOf, putAttachment } from '../../../core/pim/attachments.ts';
import { sizeOfItem } from '../../../core/pim/size.ts';
import { MAX_DOCUMENT_BYTES, type NewPimItem } from '../../../core/pim/types.ts';
import type { PutOptions, PutResult } from '../../../core/ports/pim.ts';
import { openRoom } from '../../../core/quota/room.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changedMeanwhile } from '../items/editors/message-save.ts';
import type { NewFile } from '../items/property.ts';
import type { Box } from '../mailboxes.ts';

const MAX_FILES = 100;
/** Bytes by which an item may grow in a mailbox that is full: that a task is done, or a reminder was seen. */
const SMALL_CHANGE = 1024;

type Links = Record<string, Link>;

/** Keeps files under ids of their own, before anything names them. */
export async function keepFiles(
  context: EwsContext,
  box: Box,
  itemId: string,
  files: readonly NewFile[],
): Promise<Links> {
  const links: Links = {};
  for (const file of files) {
    const attachmentId = `f${newId(context.services.now())}`;
    await putAttachment(context.services.objects, { ...box.ref, itemId, attachmentId }, file.content);
    links[attachmentId] = linkOf(file, attachmentId);
  }
  return links;
}

/** A document with files that come and without those that go. */
export function withLinks<T extends { links?: Links }>(
  document: T,
  added: Links,
  dropped: readonly string[],
): T {
  if (Object.keys(added).length === 0 && dropped.length === 0) return document;
  const { links: before = {}, ...rest } = document;
  const gone = ({ href }: Link) => dropped.includes(attachmentIdOf({ href }) ?? '');
  const kept = Object.entries(before).filter(([, link]) => !gone(link));
  const links = { ...Object.fromEntries(kept), ...added };
  if (Object.keys(links).length > MAX_FILES)
    throw new EwsError('ErrorDataSizeLimitExceeded', 'There are too many attachments.');
  return (Object.keys(links).length === 0 ? rest : { ...rest, links }) as T;
}

function linkOf({ name, mediaType, contentId, isInline, content }: NewFile, attachmentId: string): Link {
  return {
    '@type': 'Link',
    href: attachmentHref(attachmentId),
    rel: isInline ? 'inline' : 'enclosure',
    contentType: mediaType,
    size: content.length,
    title: name,
    ...(contentId === null ? (isInline ? { cid: attachmentId } : {}) : { cid: contentId }),
  };
}

/**
 * Writes an event or a task. What nobody could live with is refused before it is kept (A12).
 * @param before bytes that the item has taken until now
 * @throws EwsError; ErrorIrresolvableConflict when the item is not as expected
 */
export async function putObject(
  context: EwsContext,
  box: Box,
  item: NewPimItem,
  { before, ...options }: PutOptions & { before: number },
): Promise<PutResult> {
  const { document } = item;
  if (document['@type'] === 'Event' || document['@type'] === 'Task') check(document);
  const { total, document: bytes } = sizeOfItem(document);
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new EwsError('ErrorMessageSizeExceeded', 'The item is larger than may be kept.');
  if (total - before > SMALL_CHANGE) {
    const room = await openRoom(context.services, box.ref, box.user);
    if (!room.take(total - before)) throw new EwsError('ErrorQuotaExceeded', 'The mailbox is full.');
  }
  const result = await box.store.putItem(item, options);
  switch (result.outcome) {
    case 'conflict':
      throw changedMeanwhile();
    case 'noFolder':
      throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
    case 'tooLarge':
      throw new EwsError('ErrorMessageSizeExceeded', 'The item is larger than may be kept.');
    default:
      return result;
  }
}

function check(document: CalendarDocument): void {
  try {
    checkRecurrence(document);
  } catch (error) {
    if (error instanceof DomainError) throw new EwsError('ErrorCalendarInvalidRecurrence', error.message);
    throw error;
  }
}

const ATTEMPTS = 4;

/** Does it again when somebody else changed the item in between: what the request says is put over what is there then. */
export async function repeated<T>(fixed: boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isConflict = error instanceof EwsError && error.code === 'ErrorIrresolvableConflict';
      if (!isConflict || fixed || attempt >= ATTEMPTS) throw error;
    }
  }
}
