import { InvalidInputError, NotFoundError } from '../errors.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { MessageReader } from '../ports/reader.ts';
import type { RemovedMessage, RestoreResult } from '../ports/removed.ts';
import { foldersBelowOf } from './below.ts';
import type { KeepingServices } from './services.ts';

type Restoring = Pick<KeepingServices, 'mail' | 'queues'> & {
  blobs: Pick<BlobStore, 'open'>;
  reader: MessageReader;
};

/**
 * Brings a removed message back into the folder it had before it was thrown away, or else the Inbox: the same item with
 * the same raw, new to its folder, so that every device gets it as a new message. Rejects with NotFoundError when it
 * cannot be brought back (any more).
 */
export async function restoreRemoved(
  services: Restoring,
  ref: MailboxRef,
  itemId: string,
  correlationId: string,
): Promise<RestoreResult> {
  const mailbox = services.mail.mailbox(ref);
  const note = await mailbox.removedMessage(itemId);
  if (note === null) throw new NotFoundError('no such removed message');
  const object = await services.blobs.open(note.rawKey);
  if (object === null) throw new NotFoundError('the content of the message is gone');
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const { envelope } = object;
  if (envelope === null || envelope.mailboxId !== ref.mailboxId || envelope.tenantId !== ref.tenantId) {
    throw new InvalidInputError('the raw belongs to another mailbox');
  }
  const folder = await placeFor(mailbox, note);
  const message = await services.reader.read(raw, {
    ...{ ref, itemId, rawKey: note.rawKey, isRead: note.isRead },
    receivedAt: envelope.receivedAt,
    folderRole: folder.role,
    folderId: folder.folderId,
    isDraft: note.isDraft && folder.role === 'drafts',
  });
  const result = await mailbox.restore({
    ...message,
    ...{ folderId: folder.folderId, flag: note.flag, categories: note.categories },
  });
  if (result.outcome === 'gone') throw new NotFoundError('the message cannot be brought back any more');
  const { folderId, modseq } = result;
  await services.queues.index([{ v: 1, ...ref, itemId, correlationId }]);
  await services.queues.notify([{ v: 1, ...ref, folderId, modseq, originDevice: null, correlationId }]);
  return result;
}

async function placeFor(mailbox: MailboxStore, { itemId, folderId }: RemovedMessage) {
  const folders = await mailbox.folders();
  const bin = foldersBelowOf(folders, 'deleted');
  const candidates = [folderId, ...(await mailbox.formerFolders(itemId))].filter((id) => !bin.has(id));
  const found = candidates
    .map((id) => folders.find((folder) => folder.folderId === id && folder.itemClass === 'Email'))
    .find((folder) => folder !== undefined);
  const inbox = found ?? folders.find((folder) => folder.role === 'inbox');
  if (inbox === undefined) throw new NotFoundError('no such mailbox');
  return inbox;
}
