import type { StreamedBytes, XmlContent } from '../../../codecs/soap/write.ts';
import { openAttachment } from '../../../core/pim/attachments.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { openPart } from './attached.ts';
import type { AttachmentFacts } from './attachments.ts';
import type { ItemView } from './view.ts';

/** Content of a file that is attached, in base64; read while the answer goes out. @throws EwsError when it is gone */
export async function fileContent(
  owner: ItemView,
  facts: AttachmentFacts,
  context: EwsContext,
): Promise<XmlContent> {
  if (facts.isContactPhoto) return photoText(owner);
  const { services } = context;
  if (facts.link !== null) {
    const { itemId } = owner.state;
    const place = { ...owner.box.ref, itemId, attachmentId: facts.id };
    const stream = await openAttachment(services.objects, place, { start: 0, end: facts.size });
    if (stream === null) throw gone();
    return opened(stream);
  }
  const { message } = owner;
  // Whether it is there is said now: once the answer has begun, nothing can be said any more.
  if (
    message === null ||
    (owner.attachment === undefined && (await services.blobs.head(message.rawKey)) === null)
  ) {
    throw gone();
  }
  return {
    async open() {
      const stream = await openPart(owner, facts, context);
      if (stream === null) throw new Error('the raw of an attachment is gone');
      return stream;
    },
  };
}

function opened(stream: ReadableStream<Uint8Array>): StreamedBytes {
  return { open: async () => stream };
}

/** A picture stands in the document of its contact, in base64 already. */
export function photoText({ pim }: ItemView): string {
  const media = pim?.kind === 'contact' ? Object.values(pim.document.media ?? {}) : [];
  const photo = media.find((one) => one.kind === 'photo' && /^data:[^,]*;base64,/i.test(one.uri));
  if (photo === undefined) throw gone();
  return photo.uri.slice(photo.uri.indexOf(',') + 1);
}

function gone(): EwsError {
  return new EwsError('ErrorCannotOpenFileAttachment', 'The attachment could not be opened.');
}
