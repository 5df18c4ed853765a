import { htmlToText, segmentWords } from '../../codecs/text/index.ts';
import type { MailAddress, Message } from '../../core/mail/types.ts';
import type { SearchDocument } from '../../core/ports/search.ts';
import type { Services } from '../../platform/services.ts';
import { FAN_OUT, groupBy, mapBounded } from './bounded.ts';
import { indexJob } from './jobs.ts';
import { type PartText, readPartText } from './part-text.ts';
import { acceptJobs, type QueueBatch, retryLater } from './settle.ts';

/** Decoded bytes of each body that are indexed; what a person wrote is far shorter. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_HTML_BYTES = 512 * 1024;
/** UTF-16 units of names and addresses, and of file names. */
const MAX_LIST = 16 * 1024;

/** Queue `index`: puts the words of messages into the search index. Repeating it changes nothing. */
export async function consumeIndexText(services: Services, batch: QueueBatch): Promise<void> {
  const deliveries = acceptJobs(batch, indexJob, services.log);
  const mailboxes = [...groupBy(deliveries, ({ job }) => `${job.tenantId}\0${job.mailboxId}`).values()];
  for (const group of mailboxes) {
    const { tenantId, mailboxId, shard } = group[0]?.job ?? { tenantId: '', mailboxId: '', shard: '' };
    const ref = { tenantId, mailboxId, shard };
    let messages: Map<string, Message>;
    try {
      const itemIds = [...new Set(group.map(({ job }) => job.itemId))];
      messages = new Map((await services.mail.mailbox(ref).messages(itemIds)).map((m) => [m.itemId, m]));
    } catch (error) {
      for (const delivery of group) retryLater(services.log, delivery, 'index.failed', error);
      continue;
    }
    await mapBounded(group, FAN_OUT, async (delivery) => {
      const { itemId } = delivery.job;
      try {
        const message = messages.get(itemId);
        // Removed since: its words must not stay, or come back after its removal took them out.
        if (message === undefined) await services.search.remove(ref, [itemId]);
        else await services.search.index(ref, await documentOf(services, message));
        delivery.message.ack();
      } catch (error) {
        retryLater(services.log, delivery, 'index.failed', error);
      }
    });
  }
}

async function documentOf(services: Services, message: Message): Promise<SearchDocument> {
  const { from, sender, replyTo, to, cc } = message;
  return {
    itemId: message.itemId,
    subject: segmentWords(message.subject),
    people: segmentWords(list([...from, ...sender, ...replyTo, ...to, ...cc].map(person))),
    body: segmentWords(await bodyText(services, message)),
    attachments: segmentWords(list(message.attachments.map((part) => part.name ?? ''))),
    receivedAt: message.receivedAt,
  };
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
  const read = async (partNo: number | null, maxBytes: number): Promise<PartText | null> => {
    const part = message.bodies.find((p) => p.partNo === partNo);
    if (part === undefined) return null;
    return readPartText(
      async (start, end) => (await services.blobs.readRange(message.rawKey, start, end)) ?? new Uint8Array(),
      part,
      maxBytes,
    );
  };
  const text = (await read(message.bodyTextPart, MAX_TEXT_BYTES))?.text ?? '';
  const html = await read(message.bodyHtmlPart, MAX_HTML_BYTES);
  if (html === null) return text;
  const words = htmlToText(html.text, { maxLength: MAX_TEXT_BYTES });
  return words.length > text.length * 1.25 ? words : text;
}
