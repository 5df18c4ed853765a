import { decodeTextPart } from '../../../codecs/mime/index.ts';
import { formatParams } from '../../../core/mail/part-format.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import { RAW_TYPE } from '../../../shared/data/operations.ts';
import { partBytes, rawBytes } from '../bytes.ts';
import type { Handler } from '../context.ts';
import { emailView } from '../emails/view.ts';
import { type Box, notThere, openBox } from '../scope.ts';

/** Bytes of quoted-printable that stand for one at most. */
const ENCODED = 3;

export async function messageOf(box: Box, itemId: string): Promise<Message> {
  const [message] = await box.store.messages([itemId]);
  if (message === undefined) throw notThere();
  return message;
}

export const getEmail: Handler<'getEmail'> = async (context, input) => {
  const message = await messageOf(await openBox(context, input), input.id);
  const { blobs } = context.services;
  const { bodies, maxBodyBytes } = input;
  const [text, html] = await Promise.all([
    /^(?:text|both)$/.test(bodies) ? bodyOf(blobs, message, message.bodyTextPart, maxBodyBytes) : null,
    /^(?:html|both)$/.test(bodies) ? bodyOf(blobs, message, message.bodyHtmlPart, maxBodyBytes) : null,
  ]);
  return { ...emailView(message), text, html };
};

async function bodyOf(blobs: BlobStore, message: Message, partNo: number | null, maxBytes: number) {
  const part = message.bodies.find((one) => one.partNo === partNo);
  if (part === undefined) return null;
  const end = Math.min(part.bodyEnd, part.bodyStart + maxBytes * ENCODED + 1024);
  const raw = await blobs.readRange(message.rawKey, part.bodyStart, end);
  if (raw === null) return null;
  const { text, truncated } = decodeTextPart(
    raw,
    { ...part, params: formatParams(part.format) },
    { maxBytes },
  );
  return { value: text, truncated };
}

export const getEmailRaw: Handler<'getEmailRaw'> = async (context, input) => {
  const { rawKey, size } = await messageOf(await openBox(context, input), input.id);
  const about = { mediaType: RAW_TYPE, name: `${input.id}.eml`, range: input.range };
  return rawBytes(context.services.blobs, { key: rawKey, size }, about);
};

export const listAttachments: Handler<'listAttachments'> = async (context, input) => {
  const { attachments } = await messageOf(await openBox(context, input), input.id);
  return {
    attachments: attachments.map((part) => ({
      ...{ no: part.partNo, name: part.name, mediaType: part.mediaType, size: part.decodedSize },
      ...{ contentId: part.contentId, inline: part.isInline },
    })),
  };
};

export const getAttachment: Handler<'getAttachment'> = async (context, input) => {
  const box = await openBox(context, input);
  const found = await box.store.part(input.id, input.no);
  if (found === null || !found.part.isAttachment) throw notThere();
  const { part, rawKey } = found;
  const about = { mediaType: part.mediaType, name: part.name, range: input.range };
  return partBytes(context.services.blobs, { key: rawKey, part }, about);
};
