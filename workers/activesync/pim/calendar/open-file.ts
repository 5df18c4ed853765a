import type { CalendarEvent, Link, PatchObject } from '../../../../core/calendar/types.ts';
import { attachmentIdOf, openAttachment } from '../../../../core/pim/attachments.ts';
import type { EasContext } from '../../context.ts';
import type { AttachmentContent } from '../../item-operations/attachment.ts';
import type { ByteRange } from '../../item-operations/byte-range.ts';
import { parseEventFileReference } from '../../mail/ids.ts';

/** A file of an event, or a range of it; null when there is none of this reference in the mailbox (16.x). */
export async function openEventFile(
  { mailbox, services, ref }: EasContext,
  reference: string,
  range: ByteRange | null,
): Promise<AttachmentContent | null | 'bad-range'> {
  const ids = parseEventFileReference(reference);
  const [item] = ids === null ? [] : await mailbox.pimItems([ids.itemId]);
  const link = item?.kind === 'event' && ids !== null ? linkOf(item.document, ids.attachmentId) : undefined;
  if (ids === null || link === undefined) return null;
  const total = link.size ?? 0;
  const start = range?.start ?? 0;
  if (range !== null && start >= total) return 'bad-range';
  const end = Math.min(range?.end ?? total, total);
  const stream = await openAttachment(services.objects, { ...ref, ...ids }, { start, end });
  if (stream === null) return null;
  const mediaType = link.contentType ?? 'application/octet-stream';
  return { mediaType, bytes: { length: end - start, stream }, start, end, total };
}

/** Of the series, or of one of its occurrences. */
function linkOf(event: CalendarEvent, attachmentId: string): Link | undefined {
  const patches = Object.values(event.recurrenceOverrides ?? {});
  const lists = [event.links, ...patches.map((patch: PatchObject) => patch['links'])];
  for (const list of lists) {
    for (const link of Object.values((list ?? {}) as Record<string, Link>)) {
      if (attachmentIdOf(link) === attachmentId) return link;
    }
  }
  return undefined;
}
