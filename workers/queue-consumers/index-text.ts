import { htmlToText, segmentWords, utf8Length } from '../../codecs/text/index.ts';
import type { MailAddress, MailboxRef, Message } from '../../core/mail/types.ts';
import type { PimItem } from '../../core/pim/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { IndexJob } from '../../core/ports/queues.ts';
import type { SearchDocument } from '../../core/ports/search.ts';
import type { TraceStep } from '../../core/ports/trace.ts';
import { catchUp, stateOf } from '../../core/search/catch-up.ts';
import { incomingStep } from '../../core/trace/incoming.ts';
import { FAN_OUT, groupBy, mapBounded } from '../../platform/bounded.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { recordTrace } from '../../platform/trace.ts';
import { indexJob } from './jobs.ts';
import { objectDocument } from './object-text.ts';
import { type PartText, type RangeReader, readPartText } from './part-text.ts';
import { acceptJobs, type Delivery, type QueueBatch, retryLater } from './settle.ts';

/** Decoded bytes of each body that are indexed; what a person wrote is far shorter. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_HTML_BYTES = 512 * 1024;
/** Bytes from the first body to the end of the last that are read at once. */
const SIDE_BY_SIDE = 256 * 1024;
/** Changes of a mailbox that are left to whoever searches next. */
const FEED_LAG = 500;
/** UTF-16 units of names and addresses, and of file names. */
const MAX_LIST = 16 * 1024;

/** Queue `index`: puts the words of messages and objects into the search index. Repeating it changes nothing. */
export async function consumeIndexText(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, indexJob, services.log);
  const mailboxes = [...groupBy(deliveries, ({ job }) => `${job.tenantId}\0${job.mailboxId}`).values()];
  const steps: TraceStep[] = [];
  for (const group of mailboxes) {
    const { tenantId, mailboxId, shard } = group[0]?.job ?? { tenantId: '', mailboxId: '', shard: '' };
    const ref = { tenantId, mailboxId, shard };
    let found: Map<string, Message | PimItem>;
    try {
      found = await itemsOf(services.mail.mailbox(ref), [...new Set(group.map(({ job }) => job.itemId))]);
    } catch (error) {
      for (const delivery of group) retryLater(services.log, delivery, 'index.failed', error);
      continue;
    }
    const indexed = await indexGroup(services, ref, group, found);
    for (const { itemId: traceId, arrival } of indexed) {
      if (arrival === true)
        steps.push(incomingStep({ tenantId, traceId, at: services.now() }, 'index', 'indexed'));
    }
  }
  await recordTrace(services, { messages: [], steps });
}

/** Messages mostly: what is left over are objects, or gone. */
async function itemsOf(mailbox: MailboxStore, itemIds: string[]): Promise<Map<string, Message | PimItem>> {
  const messages = await mailbox.messages(itemIds);
  const found = new Map<string, Message | PimItem>(messages.map((m) => [m.itemId, m]));
  const others = itemIds.filter((itemId) => !found.has(itemId));
  const objects = others.length === 0 ? [] : await mailbox.pimItems(others);
  for (const item of objects) found.set(item.itemId, item);
  return found;
}

/** One write for all that can be read; if it fails, one for each, so that none hurts the others (I11). What was written. */
async function indexGroup(
  services: Services,
  ref: MailboxRef,
  group: Delivery<IndexJob>[],
  found: ReadonlyMap<string, Message | PimItem>,
): Promise<IndexJob[]> {
  const ready: { delivery: Delivery<IndexJob>; document: SearchDocument }[] = [];
  await mapBounded(group, FAN_OUT, async (delivery) => {
    const { itemId } = delivery.job;
    try {
      const item = found.get(itemId);
      if (item !== undefined) {
        const document = 'document' in item ? objectDocument(item) : await documentOf(services, item);
        ready.push({ delivery, document });
        return;
      }
      // Removed since: its words must not stay, or come back after its removal took them out.
      await services.search.remove(ref, [itemId]);
      delivery.message.ack();
    } catch (error) {
      retryLater(services.log, delivery, 'index.failed', error);
    }
  });
  if (ready.length === 0) return [];
  const written: IndexJob[] = [];
  try {
    await put(
      services,
      ref,
      ready.map((r) => r.document),
    );
    for (const { delivery } of ready) {
      delivery.message.ack();
      written.push(delivery.job);
    }
  } catch {
    for (const { delivery, document } of ready) {
      try {
        await put(services, ref, [document]);
        delivery.message.ack();
        written.push(delivery.job);
      } catch (error) {
        retryLater(services.log, delivery, 'index.failed', error);
      }
    }
  }
  try {
    await catchUp(services.mail.mailbox(ref), services.search, { minLag: FEED_LAG });
  } catch (error) {
    // Whoever searches follows the feed too.
    services.log.warn('index.feed-behind', { ...ref, error: describeError(error) });
  }
  return written;
}

/**
 * Writes documents, and then looks whether they are still true: a message that was changed or removed meanwhile may
 * have been told to the index before its document was there, and would not be told again.
 */
async function put(services: Services, ref: MailboxRef, documents: SearchDocument[]): Promise<void> {
  await services.search.index(ref, ...documents);
  const items = await services.mail.mailbox(ref).itemStates(documents.map((d) => d.itemId));
  const present = new Map(items.map((item) => [item.itemId, item]));
  const states = documents.flatMap(({ itemId, modseq }) => {
    const item = present.get(itemId);
    return item === undefined || item.modseq <= modseq ? [] : [stateOf(item)];
  });
  const gone = documents.map((d) => d.itemId).filter((itemId) => !present.has(itemId));
  if (states.length + gone.length === 0) return;
  await services.search.mirror(ref, { states, gone, cursors: new Map(), folders: [] });
}

async function documentOf(services: Services, message: Message): Promise<SearchDocument> {
  const { from, sender, replyTo, to, cc, bcc } = message;
  return {
    ...stateOf(message),
    hasAttachment: message.attachments.length > 0,
    subject: segmentWords(message.subject),
    from: people(from, sender, replyTo),
    to: people(to),
    cc: people(cc),
    bcc: people(bcc),
    body: segmentWords(await bodyText(services, message)),
    files: segmentWords(list(message.attachments.map((part) => part.name ?? ''))),
  };
}

function people(...lists: MailAddress[][]): string {
  return segmentWords(list(lists.flat().map(person)));
}

function person({ name, address }: MailAddress): string {
  return `${name} ${address}`;
}

function list(entries: string[]): string {
  return entries.join('\n').slice(0, MAX_LIST);
}

/**
 * What the message says. Plain text and HTML mostly say the same: the HTML counts where it says clearly more, as
 * beside a text that only points to it.
 */
async function bodyText(services: Services, message: Message): Promise<string> {
  const bodies = message.bodies;
  // A short plain text is kept beside the message, whole: no blob is read for it.
  if (message.bodyHtmlPart === null && utf8Length(message.textHead) >= message.textSize)
    return message.textHead;
  const readRange = await rangeReader(services, message);
  const read = async (partNo: number | null, maxBytes: number): Promise<PartText | null> => {
    const part = bodies.find((p) => p.partNo === partNo);
    return part === undefined ? null : readPartText(readRange, part, maxBytes);
  };
  const text = (await read(message.bodyTextPart, MAX_TEXT_BYTES))?.text ?? '';
  const html = await read(message.bodyHtmlPart, MAX_HTML_BYTES);
  if (html === null) return text;
  const words = htmlToText(html.text, { maxLength: MAX_TEXT_BYTES });
  return words.length > text.length * 1.25 ? words : text;
}

/** Both bodies of an ordinary message lie side by side: one read brings them. */
async function rangeReader(services: Services, message: Message): Promise<RangeReader> {
  const whole = async (start: number, end: number) =>
    (await services.blobs.readRange(message.rawKey, start, end)) ?? new Uint8Array();
  const first = Math.min(...message.bodies.map((p) => p.bodyStart));
  const last = Math.max(...message.bodies.map((p) => p.bodyEnd));
  if (message.bodies.length < 2 || last - first > SIDE_BY_SIDE) return whole;
  const bytes = await whole(first, last);
  return async (start, end) => bytes.subarray(start - first, end - first);
}
