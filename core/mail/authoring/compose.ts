import {
  assemble,
  type Chunks,
  carryMessage,
  carryPart,
  join,
  rewriteHeader,
  scanHeader,
  toCrlf,
} from '../../../codecs/mime/edit/index.ts';
import { textToHtml } from '../../../codecs/text/index.ts';
import type { Composer, DraftAttachment, DraftContent } from '../../ports/outbound.ts';
import { contentOf, indexRaw, withContent } from '../content.ts';
import type { MailAddress } from '../types.ts';
import { headerChange } from './header-lines.ts';
import { changesContent, type MessagePatch } from './patch.ts';

/** What of a message does not come from its author. */
export interface AuthorFrame {
  author: MailAddress;
  /** Without angle brackets. */
  messageId: string;
  /** Milliseconds since the epoch. */
  date: number;
}

/**
 * The bytes of a message that an author makes or changes. Of `base` every byte stays that the patch does not name: a
 * change of the header keeps the body, a change of the body keeps the files. null: a new message.
 */
export async function composeMessage(
  composer: Composer,
  frame: AuthorFrame,
  base: Uint8Array | null,
  patch: MessagePatch,
): Promise<Uint8Array> {
  if (base === null) {
    const raw = await composer.compose(draftOf(frame, patch));
    const { fields, sensitivity, readReceipt, deliveryReceipt, sender } = patch;
    const rest: MessagePatch = {
      ...(fields === undefined ? {} : { fields }),
      ...(sensitivity === undefined ? {} : { sensitivity }),
      ...(readReceipt === undefined ? {} : { readReceipt }),
      ...(deliveryReceipt === undefined ? {} : { deliveryReceipt }),
      ...(sender === undefined ? {} : { sender }),
      ...(patch.inReplyTo === undefined ? {} : { inReplyTo: patch.inReplyTo }),
      ...(patch.references === undefined ? {} : { references: patch.references }),
    };
    return withHeader(raw, rest, frame.author);
  }
  const changed = changesContent(patch) ? await withBody(composer, frame, toCrlf(base), patch) : base;
  return withHeader(changed, patch, frame.author);
}

/** Message as a client handed it in whole, with the fields that no message may be without. */
export function completed(raw: Uint8Array, frame: AuthorFrame): Uint8Array {
  const names = new Set(scanHeader(toCrlf(raw)).fields.map((field) => field.name));
  const patch: MessagePatch = {
    ...(names.has('from') ? {} : { from: frame.author }),
    ...(names.has('date') ? {} : { date: frame.date }),
    ...(names.has('message-id') ? {} : { messageId: frame.messageId }),
  };
  return withHeader(raw, patch, frame.author);
}

function withHeader(raw: Uint8Array, patch: MessagePatch, author: MailAddress): Uint8Array {
  const { drop, put } = headerChange(patch, author);
  return drop.size === 0 ? raw : join(rewriteHeader(toCrlf(raw), drop, put));
}

function draftOf({ author, messageId, date }: AuthorFrame, patch: MessagePatch): DraftContent {
  const { body, appended = '' } = patch;
  return {
    from: patch.from ?? author,
    messageId: patch.messageId ?? messageId,
    date: patch.date ?? date,
    to: patch.to ?? [],
    cc: patch.cc ?? [],
    bcc: patch.bcc ?? [],
    replyTo: patch.replyTo ?? [],
    subject: patch.subject ?? '',
    importance: patch.importance ?? 'normal',
    text: body?.type === 'html' ? null : (body?.text ?? '') + appended,
    html: body?.type === 'html' ? body.text + appended : null,
    attachments: patch.added ?? [],
    inReplyTo: null,
    references: [],
    threadIndex: null,
  };
}

async function withBody(
  composer: Composer,
  frame: AuthorFrame,
  base: Uint8Array,
  { body, appended, added = [], dropped = [] }: MessagePatch,
): Promise<Uint8Array> {
  const content = contentOf(indexRaw(base), dropped);
  if (body !== undefined) {
    content.text = body.type === 'text' ? body.text : null;
    content.html = body.type === 'html' ? body.text : null;
  }
  if (appended !== undefined) {
    if (content.text !== null || content.html === null) content.text = (content.text ?? '') + appended;
    if (content.html !== null) content.html += body?.type === 'html' ? appended : textToHtml(appended);
  }
  for (const file of added) {
    (file.isInline ? content.inline : content.attachments).push(await partOf(composer, frame, file));
  }
  return withContent(base, assemble(content));
}

/** A file as a part of a message: that of a message which has nothing else. */
async function partOf(composer: Composer, frame: AuthorFrame, file: DraftAttachment): Promise<Chunks> {
  if (file.mediaType === 'message/rfc822' && file.content instanceof Uint8Array) {
    return carryMessage(file.content, file.name, file);
  }
  const { raw, index } = indexRaw(await composer.compose(draftOf(frame, { added: [file] })));
  const part = index.parts[index.attachments[0] ?? -1];
  if (part === undefined) throw new Error('a file was composed that no part holds');
  return carryPart(raw, part);
}
