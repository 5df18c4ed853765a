import type { AutomaticServices } from '../automatic/services.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { rawKey } from '../mail/place-key.ts';
import { derivedId } from '../mail/sending/ids.ts';
import type { MailboxRef, Message, NewMessage } from '../mail/types.ts';
import type { RawEnvelope } from '../ports/blobs.ts';

export interface CopyOrder {
  ref: MailboxRef;
  message: Message;
  raw: Uint8Array;
  envelope: Pick<RawEnvelope, 'mailFrom' | 'rcptTo' | 'authResults' | 'submitted'>;
  folderId: string;
  marks: Pick<NewMessage, 'isRead' | 'flag' | 'categories' | 'importance'>;
  correlationId: string;
}

/**
 * Puts a copy of a message into another folder, with a raw of its own, since each is removed by itself. A message is
 * copied into a folder once, however often it is asked for (I8). False when the folder is gone.
 */
export async function copyItem(services: AutomaticServices, order: CopyOrder): Promise<boolean> {
  const { ref, message, raw, envelope, folderId, marks, correlationId } = order;
  const mailbox = services.mail.mailbox(ref);
  const folder = (await mailbox.folders()).find((one) => one.folderId === folderId);
  if (folder === undefined) return false;
  const { receivedAt } = message;
  const itemId = await derivedId(receivedAt, ref.mailboxId, message.itemId, 'copy', folderId);
  const key = rawKey(ref.tenantId, receivedAt, itemId);
  try {
    await services.blobs.putRaw(
      key,
      new Response(raw as Uint8Array<ArrayBuffer>).body ?? new ReadableStream(),
      {
        ...{ ...envelope, ...ref, receivedAt, rawSize: raw.length, correlationId },
        // Where the folder is one of its owner's, the reconciler finds it by its id.
        ...{ role: folder.role, folderId },
      },
    );
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
  const place = { isRead: marks.isRead, isDraft: false, folderRole: folder.role, folderId };
  const read = await services.reader.read(raw, { ref, itemId, rawKey: key, receivedAt, ...place });
  const copy: NewMessage = {
    ...{ ...read, ...marks, bcc: message.bcc, receivedAsBcc: message.receivedAsBcc },
    verdict: message.verdict,
  };
  try {
    const { modseq } = await mailbox.insert(copy);
    await Promise.all([
      services.queues.index([{ v: 1, ...ref, itemId, correlationId }]),
      services.queues.notify([{ v: 1, ...ref, folderId, modseq, originDevice: null, correlationId }]),
    ]);
    return true;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    await services.blobs.delete(key);
    return false;
  }
}
