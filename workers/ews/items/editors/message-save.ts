import { toCrlf } from '../../../../codecs/mime/edit/index.ts';
import { type AuthorFrame, completed, composeMessage } from '../../../../core/mail/authoring/compose.ts';
import { saveMessage } from '../../../../core/mail/authoring/save.ts';
import { submissionIdOf } from '../../../../core/mail/sending/ids.ts';
import type { Refusal } from '../../../../core/ports/outbound.ts';
import { openRoom } from '../../../../core/quota/room.ts';
import { newId } from '../../../../platform/ids.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import type { Box } from '../../mailboxes.ts';
import { NAMES_KEY, namesAfter, storedNames } from '../attachment-ids.ts';
import type { SavedItem, SaveOrder } from '../property.ts';
import type { StoredProperty } from '../view.ts';
import type { MessageDraft } from './message.ts';
import { storeExtended } from './stored.ts';

const REFUSED: Readonly<Record<Refusal, [code: string, text: string]>> = {
  'no-recipients': ['ErrorMissingRecipients', 'The message has no recipients.'],
  'too-many-recipients': ['ErrorInvalidRecipients', 'The message has too many recipients.'],
  'bad-message': ['ErrorMimeContentInvalid', 'This is no message that can be sent.'],
  'from-not-allowed': ['ErrorSendAsDenied', 'The user has no right to send as this sender.'],
  'too-large': ['ErrorMessageSizeExceeded', 'The message is larger than may be sent.'],
  loop: ['ErrorMimeContentInvalid', 'The message has come by too many hosts.'],
  'over-quota': ['ErrorQuotaExceeded', 'The mailbox is too full to send.'],
  'rate-limited': ['ErrorSubmissionQuotaExceeded', 'More was sent than may be in this time.'],
  'sending-locked': ['ErrorSubmissionQuotaExceeded', 'The user may not send at this time.'],
};

/** Saves, sends, or both (MS-OXWSMSG 3.1.4.2). What is sent is durable before it is answered (I23). */
export async function saveMessageDraft(
  draft: MessageDraft,
  order: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const all = { ...draft.kept, ...extended };
  if (order.disposition === 'SaveOnly') return keep(draft, order, all, context);
  const raw = await bytesOf(draft, order.box, context);
  const { present } = draft;
  // Of a draft the version is part of the name: the same version is sent once, however often it is asked for (I16).
  const name = present === null ? newId(context.services.now()) : `${present.itemId}/${present.modseq}`;
  const save = order.disposition === 'SendAndSaveCopy';
  await send(context, raw, {
    submissionId: await submissionIdOf('ews', order.box.ref.mailboxId, name),
    save,
    order,
    categories: draft.categories ?? present?.categories ?? [],
  });
  if (present !== null) await dropDraft(order.box, present.itemId, context);
  return null;
}

async function keep(
  draft: MessageDraft,
  { box, folder, expect }: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const { present } = draft;
  const { now } = context.services;
  const stored = { ...extended };
  if (present !== null && expect !== null && present.modseq !== expect) throw changedMeanwhile();
  const isDraft = present?.isDraft ?? draft.isDraft ?? /^(?:Message|Item)$/.test(draft.element);
  let { itemId, modseq } = present ?? { itemId: newId(now()), modseq: 0 };
  const folderId = present?.folderId ?? folder.folderId;
  const changes = present === null || draft.mime !== null || Object.keys(draft.patch).length > 0;
  if (changes) {
    const raw = await bytesOf(draft, box, context);
    if (raw.length > context.services.config.maxMessageBytes) {
      throw new EwsError('ErrorMessageSizeExceeded', 'The message is larger than may be kept.');
    }
    const room = await openRoom(context.services, box.ref, box.user);
    if (!room.take(Math.max(0, raw.length - (present?.size ?? 0)))) {
      throw new EwsError('ErrorQuotaExceeded', 'The mailbox is full.');
    }
    const place =
      present === null ? folder : ((await box.folders()).find((one) => one.folderId === folderId) ?? folder);
    const saved = await saveMessage(context.services, {
      ...{ ref: box.ref, itemId, present, folder: place, raw, isDraft },
      receivedAt: present !== null && !isDraft ? present.receivedAt : (draft.receivedAt ?? now()),
      isRead: draft.isRead ?? present?.isRead ?? isDraft,
      ...(draft.flag === undefined ? {} : { flag: draft.flag }),
      ...(draft.categories === undefined ? {} : { categories: draft.categories }),
      ...{ address: box.user.address, correlationId: context.correlationId },
    });
    ({ itemId, modseq } = saved);
    const { added = [], dropped = [] } = draft.patch;
    // Any change gives the message another raw, by which the names that it has are known.
    const named = added.length + dropped.length > 0 || draft.view?.extended[NAMES_KEY] !== undefined;
    if (draft.view !== null && draft.mime === null && named) {
      const attachments = saved.message.parts.filter((part) => part.isAttachment);
      const news = added.map((file) => ({
        isInline: file.isInline,
        name: draft.takenOver.get(file) ?? `n${newId(now()).slice(-12)}`,
      }));
      const names = namesAfter({ view: draft.view, dropped }, news, { attachments });
      stored[NAMES_KEY] = storedNames(saved.message.rawKey, names);
    }
  }
  if (present !== null) {
    const { isRead, flag, categories } = draft;
    const marks = {
      ...(isRead === undefined ? {} : { isRead }),
      ...(flag === undefined ? {} : { flag }),
      ...(categories === undefined ? {} : { categories }),
    };
    if (Object.keys(marks).length > 0) {
      const [change] = await box.store.setFlags([{ itemId, ...marks }]);
      if (change === undefined || change.outcome === 'notFound') throw changedMeanwhile();
      modseq = change.modseq;
    }
  }
  if (Object.keys(stored).length > 0) {
    modseq = await storeExtended(box, itemId, stored, modseq, present?.modseq ?? null);
  }
  await box.tell([{ folderId, modseq, ...(changes ? { indexed: itemId } : {}) }]);
  return { itemId, modseq };
}

/** The bytes of the message after the changes. */
async function bytesOf(draft: MessageDraft, box: Box, context: EwsContext): Promise<Uint8Array> {
  const { services, principal } = context;
  const { address, displayName } = (box.own ? principal : { user: box.user }).user;
  const frame: AuthorFrame = {
    author: { name: displayName, address },
    messageId: `${newId(services.now())}@${address.slice(address.lastIndexOf('@') + 1)}`,
    date: services.now(),
  };
  const { present, mime, patch } = draft;
  let base = mime;
  if (base === null && present !== null) {
    base = await services.blobs.readRange(present.rawKey, 0, present.size);
    if (base === null) throw new EwsError('ErrorItemCorrupt', 'The content of the message is not there.');
  }
  if (Object.keys(patch).length === 0 && base !== null) return base;
  return composeMessage(services.composer, frame, base, patch);
}

interface Send {
  submissionId: string;
  save: boolean;
  order: Pick<SaveOrder, 'box' | 'folder'>;
  /** Of the copy; they are no part of what is sent. */
  categories?: readonly string[];
}

/**
 * Hands the message to the way out. A copy for another folder than Sent Items is put there, as is one that has more than
 * the bytes that were sent.
 */
export async function send(
  context: EwsContext,
  given: Uint8Array,
  { submissionId, save, order, categories = [] }: Send,
): Promise<void> {
  const { services, principal, correlationId } = context;
  const { box, folder } = order;
  const { address, displayName } = principal.user;
  const frame: AuthorFrame = {
    author: { name: displayName, address },
    messageId: `${submissionId.slice(0, 32)}@${address.slice(address.lastIndexOf('@') + 1)}`,
    date: services.now(),
  };
  const raw = completed(given, frame);
  const elsewhere = save && (!box.own || folder.role !== 'sent' || categories.length > 0);
  const result = await services.outbound.submit({
    ...{ submissionId, raw, correlationId, saveInSentItems: save && !elsewhere, via: 'ews' },
    sender: { ref: { ...box.ref, mailboxId: principal.user.userId }, ...principal },
  });
  if (result.kind === 'refused') {
    const [code, text] = REFUSED[result.reason];
    throw new EwsError(code, text);
  }
  if (!elsewhere || result.kind === 'already') return;
  const copy = await saveMessage(services, {
    ...{ ref: box.ref, itemId: newId(services.now()), present: null, folder, raw: toCrlf(raw) },
    ...{ receivedAt: services.now(), isDraft: false, isRead: true, address: box.user.address, correlationId },
    categories: [...categories],
  });
  await box.tell([{ folderId: copy.folderId, modseq: copy.modseq, indexed: copy.itemId }]);
}

/** The draft of what was sent goes; what fails here is a draft too many, and nothing is sent twice. */
export async function dropDraft(box: Box, itemId: string, context: EwsContext): Promise<void> {
  const changes = await box.store.remove([itemId], context.services.now());
  await box.tell(changes.filter((one) => one.outcome === 'changed'));
}

export function changedMeanwhile(): EwsError {
  return new EwsError('ErrorIrresolvableConflict', 'The item was changed meanwhile. Read it again.');
}
