import { decodePartStream, readHeaderFields } from '../../../codecs/mime/index.ts';
import type { ItemState, Message, NewMessage } from '../../../core/mail/types.ts';
import { openAttachment } from '../../../core/pim/attachments.ts';
import { MAX_DOCUMENT_BYTES, type PimItem } from '../../../core/pim/types.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { readAttachedFields } from './attached-fields.ts';
import { type AttachmentFacts, attachmentsOf, BELOW } from './attachments.ts';
import { carriedItem, carriedKind, carriesAs } from './carrier.ts';
import { viewOf } from './load.ts';
import { keepRaw, keptRaw } from './raw.ts';
import type { ItemView } from './view.ts';

/** The header lies in these. */
const HEAD_BYTES = 64 * 1024;
/** Bytes of an attached message that is taken apart; a larger one is refused. */
const MAX_BYTES = 30 * 1024 * 1024;
/** Messages within messages. */
const MAX_DEPTH = 5;

const NOT_FOUND = 'The specified attachment was not found in the store.';

/**
 * The attachment that a name of an id stands for, with the view of what has it: the item, or a message that is attached to
 * it. @throws EwsError ErrorInvalidAttachmentId
 */
export async function findAttachment(
  view: ItemView,
  name: string,
  context: EwsContext,
): Promise<{ owner: ItemView; facts: AttachmentFacts }> {
  let owner = view;
  let seen = '';
  const steps = name.split(BELOW);
  if (steps.length > MAX_DEPTH) {
    throw new EwsError('ErrorInvalidIdTooManyAttachmentLevels', 'The attachment lies too deep.');
  }
  for (const [depth, step] of steps.entries()) {
    seen = depth === 0 ? step : `${seen}${BELOW}${step}`;
    const facts = attachmentsOf(owner).find((one) => one.id === seen);
    if (facts === undefined) throw new EwsError('ErrorInvalidAttachmentId', NOT_FOUND);
    if (depth === steps.length - 1) return { owner, facts };
    owner = await attachedView(owner, facts, context);
  }
  throw new EwsError('ErrorInvalidAttachmentId', NOT_FOUND);
}

/** A message that is attached, as a view of its own. @throws EwsError when it is none, or too large */
export async function attachedView(
  owner: ItemView,
  facts: AttachmentFacts,
  context: EwsContext,
): Promise<ItemView> {
  const { message, box, state: owned } = owner;
  if (facts.kind !== 'item' || (facts.part === null && facts.link === null)) {
    throw new EwsError('ErrorInvalidIdNotAnItemAttachmentId', 'The attachment is no item.');
  }
  if (facts.size > MAX_BYTES) {
    throw new EwsError('ErrorMessageSizeExceeded', 'The attached item is too large.');
  }
  const stream = await openAttached(owner, facts, context);
  if (stream === null) throw new EwsError('ErrorCannotOpenFileAttachment', 'The attachment is gone.');
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const { itemId, folderId, receivedAt } = owned;
  const rawKey = message?.rawKey ?? '';
  const read = await context.services.reader.read(raw, {
    ...{ ref: box.ref, itemId, rawKey, receivedAt, folderRole: 'inbox', folderId },
    ...{ isRead: true, isDraft: false },
  });
  const state: ItemState = {
    ...owner.state,
    ...{ size: raw.length, textSize: read.textSize, htmlSize: read.htmlSize, threadId: '' },
    ...{ isRead: true, flag: null, ...readAttachedFields(readHeaderFields(raw.subarray(0, HEAD_BYTES))) },
  };
  const inner = messageIn(read, state, owner.state.folderId);
  keepRaw(inner, raw);
  const carried = await itemIn(inner, state, context);
  return { ...viewOf(box, state, carried === null ? inner : null, carried), attachment: facts.id };
}

/** What is carried in a message that is nothing of its own. */
async function itemIn(message: Message, state: ItemState, context: EwsContext): Promise<PimItem | null> {
  const raw = keptRaw(message);
  const kind = raw === null ? null : carriedKind(readHeaderFields(raw.subarray(0, HEAD_BYTES)));
  if (raw === null || kind === null) return null;
  const part = message.attachments.find(({ mediaType }) => carriesAs(kind, mediaType));
  if (part === undefined || part.decodedSize > MAX_DOCUMENT_BYTES) return null;
  const body = new Response(raw.slice(part.bodyStart, part.bodyEnd)).body;
  if (body === null) return null;
  const bytes = new Uint8Array(await new Response(decodePartStream(body, part.encoding)).arrayBuffer());
  return carriedItem(kind, bytes, state, context.services.now());
}

/** Bytes of what is attached: a part of a message, or a file that is kept with a document. */
async function openAttached(
  owner: ItemView,
  facts: AttachmentFacts,
  context: EwsContext,
): Promise<ReadableStream<Uint8Array> | null> {
  if (facts.link === null) return openPart(owner, facts, context);
  const place = { ...owner.box.ref, itemId: owner.state.itemId, attachmentId: facts.id };
  return openAttachment(context.services.objects, place, { start: 0, end: facts.size });
}

/** A message that was read, as one that is kept. */
export function messageIn(read: NewMessage, state: ItemState, folderId: string): Message {
  const { dedupeKey: _, folderRole: __, parts, extended: ___, ...rest } = read;
  const isBody = (partNo: number) => partNo === read.bodyTextPart || partNo === read.bodyHtmlPart;
  return {
    ...rest,
    ...state,
    ...{ folderId, isDraft: false, lastVerb: 0, lastVerbAt: null },
    ...{ verdict: read.verdict ?? null, meeting: read.meeting ?? null },
    attachments: parts.filter((part) => part.isAttachment),
    bodies: parts.filter((part) => isBody(part.partNo)),
  };
}

/** Decoded bytes of a part of a message, as they are read; null when the raw is gone. */
export async function openPart(
  owner: ItemView,
  { part }: AttachmentFacts,
  { services }: EwsContext,
): Promise<ReadableStream<Uint8Array> | null> {
  const { message } = owner;
  if (message === null || part === null) return null;
  const kept = keptRaw(message);
  const raw =
    kept === null
      ? await services.blobs.openRange(message.rawKey, part.bodyStart, part.bodyEnd)
      : new Response(kept.slice(part.bodyStart, part.bodyEnd)).body;
  return raw === null ? null : decodePartStream(raw, part.encoding);
}
