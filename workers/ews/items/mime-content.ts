import type { StreamedBytes, XmlObject } from '../../../codecs/soap/write.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import { writeItem } from '../calendar/mime.ts';
import type { EwsContext } from '../context.ts';
import { writeCard } from '../people/vcard.ts';
import type { ItemElement } from './property.ts';
import { keptRaw } from './raw.ts';
import type { ItemView } from './view.ts';

/** Writes an item that is no message as a document of its own: iCalendar, vCard. null when it cannot be. */
type DocumentWriter = (view: ItemView, context: EwsContext) => Promise<Uint8Array | null>;

const WRITERS: Partial<Record<ItemElement, DocumentWriter>> = {
  CalendarItem: writeItem,
  Task: writeItem,
  Contact: writeCard,
  DistributionList: writeCard,
};

/** item:MimeContent: of a message its very bytes, read while the answer goes out. */
export async function mimeContent(view: ItemView, context: EwsContext): Promise<XmlObject | null> {
  const bytes = await mimeBytes(view, context);
  return bytes === null ? null : { '@CharacterSet': 'UTF-8', '#': bytes as unknown as string };
}

/** The same as bytes to be read. */
export async function mimeBytes(view: ItemView, context: EwsContext): Promise<StreamedBytes | null> {
  if (view.message !== null) return rawOf(context.services.blobs, view.message);
  const written = (await WRITERS[view.element]?.(view, context)) ?? null;
  return written === null ? null : { open: async () => streamOf(written) };
}

function rawOf(blobs: BlobStore, message: Message): StreamedBytes {
  return {
    async open() {
      const kept = keptRaw(message);
      if (kept !== null) return streamOf(kept);
      const raw = await blobs.open(message.rawKey);
      return raw === null ? streamOf(remains(message)) : raw.stream;
    },
  };
}

/** I7: of a message whose raw is gone, what is known of it. */
function remains(message: Message): Uint8Array {
  const line = (text: string) => text.replace(/[\r\n]+/g, ' ');
  const lines = [
    ...message.from.map(({ address }) => `From: ${line(address)}`),
    ...message.to.map(({ address }) => `To: ${line(address)}`),
    `Subject: ${line(message.subject)}`,
    `Date: ${new Date(message.sentAt ?? message.receivedAt).toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    message.textHead,
  ];
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
