import { decodeTransfer } from '../../../codecs/mime/index.ts';
import { saveMessage } from '../../../core/mail/authoring/save.ts';
import { derivedId } from '../../../core/mail/sending/ids.ts';
import { openRoom } from '../../../core/quota/room.ts';
import { newId } from '../../../platform/ids.ts';
import { DataError } from '../../../shared/data/errors.ts';
import type { ReadInput } from '../../../shared/data/operations.ts';
import type { DataContext, Handler } from '../context.ts';
import { handIn, messageIdFor } from '../emails/submit.ts';
import { type Box, changedMeanwhile, mailboxFull, openBox } from '../scope.ts';
import { messageOf } from './get-email.ts';

export const createEmail: Handler<'createEmail'> = async (context, input) => {
  const box = await openBox(context, input);
  if (input.mode === 'submit') {
    return handIn(context, box, {
      ...{ key: input.key, saveInSentItems: true, notBefore: input.sendAt },
      raw: (submissionId) => compose(context, box, input, messageIdFor(box, submissionId)),
    });
  }
  const itemId = await idFor(context, box, 'draft', input.key);
  const raw = await compose(context, box, input, messageIdFor(box, itemId));
  const saved = await keep(context, box, { itemId, raw, place: input.folder, isDraft: true, isRead: true });
  return { outcome: 'draft', id: itemId, modseq: saved.modseq, submission: null };
};

export const importEmail: Handler<'importEmail'> = async (context, input) => {
  const box = await openBox(context, input);
  const { raw, receivedAt, isRead, categories } = input;
  const itemId = await idFor(context, box, 'import', input.key);
  const isDraft = (await box.folder(input.folder)).role === 'drafts';
  const order = { itemId, raw, place: input.folder, isDraft, isRead, receivedAt, categories };
  const { folderId, modseq, isNew } = await keep(context, box, order);
  return { outcome: isNew ? 'imported' : 'present', id: itemId, folder: folderId, modseq };
};

export const enqueue: Handler<'enqueue'> = async (context, { raw, key, saveInSentItems, ...input }) => {
  const box = await openBox(context, input);
  return handIn(context, box, { key, saveInSentItems, raw: () => raw });
};

export const submitDraft: Handler<'submitDraft'> = async (context, input) => {
  const box = await openBox(context, input);
  const draft = await messageOf(box, input.id);
  if (!draft.isDraft) throw new DataError('INVALID_ARGUMENT', 'it is no draft');
  if (input.ifMatch !== undefined && input.ifMatch !== draft.modseq) throw changedMeanwhile();
  const raw = await context.services.blobs.readRange(draft.rawKey, 0, draft.size);
  if (raw === null) throw new DataError('NOT_FOUND', 'the content of the message is not there');
  const handed = await handIn(context, box, {
    // The version is part of the name: it is sent once, however often it is asked for (I16).
    key: `${draft.itemId}/${draft.modseq}`,
    ...{ saveInSentItems: true, raw: () => raw },
  });
  // What fails here is a draft too many, and nothing is sent twice.
  const gone = await box.store.remove([draft.itemId], context.services.now());
  await box.tell(gone.filter(({ outcome }) => outcome === 'changed'));
  return handed;
};

/** A request that has a key makes the same item however often it comes. */
function idFor(
  { services }: DataContext,
  { ref }: Box,
  what: string,
  key: string | undefined,
): Promise<string> {
  if (key === undefined) return Promise.resolve(newId(services.now()));
  return derivedId(0, 'data', what, ref.mailboxId, key);
}

interface Keeping {
  itemId: string;
  raw: Uint8Array;
  place: string;
  isDraft: boolean;
  isRead: boolean;
  receivedAt?: number | undefined;
  categories?: string[];
}

async function keep(
  { services, correlationId }: DataContext,
  box: Box,
  { itemId, raw, place, isDraft, isRead, categories, receivedAt = services.now() }: Keeping,
): Promise<{ folderId: string; modseq: number; isNew: boolean }> {
  const folder = await box.folder(place);
  if (folder.itemClass !== 'Email') throw new DataError('INVALID_ARGUMENT', 'folder: it holds no messages');
  const [present] = await box.store.itemStates([itemId]);
  if (present !== undefined) return { folderId: present.folderId, modseq: present.modseq, isNew: false };
  if (raw.length > services.config.maxMessageBytes) {
    throw new DataError('INVALID_ARGUMENT', 'the message is larger than may be kept', { status: 413 });
  }
  const room = await openRoom(services, box.ref, box.user);
  if (!room.take(raw.length)) throw mailboxFull();
  const { folderId, modseq } = await saveMessage(services, {
    ...{ ref: box.ref, itemId, present: null, folder, raw, receivedAt, isDraft, isRead, correlationId },
    ...{ address: box.user.address, ...(categories === undefined ? {} : { categories }) },
  });
  await box.tell([{ folderId, modseq, indexed: itemId }]);
  return { folderId, modseq, isNew: true };
}

function compose(
  { services }: DataContext,
  { user }: Box,
  input: ReadInput<'createEmail'>,
  messageId: string,
): Promise<Uint8Array> {
  const { to, cc, bcc, replyTo, subject, importance, text, html, inReplyTo, references } = input;
  return services.composer.compose({
    from: input.from ?? { name: user.displayName, address: user.address },
    ...{ to, cc, bcc, replyTo, subject, importance, html, inReplyTo, references, messageId },
    text: text === null && html === null ? '' : text,
    date: services.now(),
    threadIndex: null,
    attachments: input.attachments.map(({ name, mediaType, contentId, inline, content }) => ({
      ...{
        name,
        mediaType,
        contentId,
        isInline: inline,
        content: decodeTransfer(new TextEncoder().encode(content), 'base64'),
      },
    })),
  });
}
