import { ConflictError } from '../../errors.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { MailStore } from '../../ports/mail.ts';
import type { MessageReader } from '../../ports/reader.ts';
import { rawKey } from '../place-key.ts';
import type { Folder, MailboxRef, Message, MessageFlag, NewMessage } from '../types.ts';

export interface AuthoringServices {
  mail: MailStore;
  blobs: BlobStore;
  reader: MessageReader;
  now(): number;
}

export interface SaveOrder {
  ref: MailboxRef;
  itemId: string;
  /** The message whose content is replaced; null for a new one. */
  present: Message | null;
  /** Where a new one goes; a present one stays where it is. */
  folder: Folder;
  raw: Uint8Array;
  /** Milliseconds since the epoch: when it arrived, or was made. */
  receivedAt: number;
  isDraft: boolean;
  isRead: boolean;
  flag?: MessageFlag | null;
  categories?: string[];
  /** Of the owner of the mailbox. */
  address: string;
  correlationId: string;
}

export interface Saved {
  itemId: string;
  folderId: string;
  modseq: number;
  message: NewMessage;
}

/**
 * Keeps a message that a user wrote: the raw first, then the row. What is replaced loses its raw afterwards. A present
 * message stays the same item with its flags.
 * @throws NotFoundError when the item or its folder has gone
 */
export async function saveMessage(services: AuthoringServices, order: SaveOrder): Promise<Saved> {
  const { ref, itemId, present, folder, raw, receivedAt, isDraft, isRead } = order;
  const mailbox = services.mail.mailbox(ref);
  // A message of the bucket's own zone is found again by its key; one that may change is found by what names it.
  const mutable = isDraft || present !== null;
  const key = mutable
    ? `drafts/${ref.tenantId}/${ref.mailboxId}/${itemId}/${await digest(raw, services.now())}.eml`
    : rawKey(ref.tenantId, receivedAt, itemId);
  try {
    await services.blobs.putRaw(key, raw, {
      ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard },
      ...{ mailFrom: order.address, rcptTo: order.address, receivedAt, rawSize: raw.length },
      ...{ correlationId: order.correlationId, authResults: '', submitted: true },
      ...{ role: folder.role, folderId: folder.folderId },
    });
  } catch (error) {
    // The same bytes, by an attempt before.
    if (!(error instanceof ConflictError)) throw error;
  }
  const place = { folderRole: folder.role, folderId: folder.folderId, isRead, isDraft };
  const read = await services.reader.read(raw, { ref, itemId, rawKey: key, receivedAt, ...place });
  const message: NewMessage = {
    ...read,
    // What its owner wrote knows its blind copies in every folder.
    ...(present === null ? {} : { receivedAsBcc: present.receivedAsBcc, threadId: present.threadId }),
    ...(order.flag === undefined ? {} : { flag: order.flag }),
    ...(order.categories === undefined ? {} : { categories: order.categories }),
  };
  try {
    if (present === null) {
      const { folderId, modseq } = await mailbox.insert({ ...message, dedupeKey: `authored:${itemId}` });
      return { itemId, folderId, modseq, message };
    }
    const change = await mailbox.replaceContent(message);
    if (change.outcome === 'notFound') throw new ConflictError('the message has gone');
    if (present.rawKey !== key) await services.blobs.delete(present.rawKey);
    return { itemId, folderId: change.folderId, modseq: change.modseq, message };
  } catch (error) {
    if (present === null || present.rawKey !== key) await services.blobs.delete(key).catch(() => undefined);
    throw error;
  }
}

/** A name for these bytes at this moment: saved again, even with the same words, it is another object. */
async function digest(raw: Uint8Array, now: number): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', raw as Uint8Array<ArrayBuffer>);
  const hex = Array.from(new Uint8Array(hash, 0, 12), (b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex}${now.toString(16).slice(-8)}`;
}
