import { ConflictError } from '../errors.ts';
import { isRecipientCache } from '../mail/folders.ts';
import { rawKey } from '../mail/place-key.ts';
import type { Folder, MailboxRef, Message, NewMessage } from '../mail/types.ts';
import { attachmentSizes, openAttachment, putAttachment } from '../pim/attachments.ts';
import { pimFacts } from '../pim/facts.ts';
import { CLASS_OF_KIND, type NewPimItem, type PimItem } from '../pim/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MailboxStore, MailStore } from '../ports/mail.ts';
import type { ObjectStore } from '../ports/objects.ts';

export interface CopyServices {
  mail: MailStore;
  blobs: BlobStore;
  objects: ObjectStore;
  now(): number;
}

export interface CopyOrder {
  ref: MailboxRef;
  folder: Folder;
  /** Makes an id of an item. */
  newId(): string;
  /** Whether the mailbox has room for so many bytes more. */
  fits(bytes: number): boolean;
  correlationId: string;
}

export interface Copied {
  itemId: string;
  modseq: number;
}

/** `unfit`: the folder holds nothing of this kind. `noRoom`: the mailbox is full. `gone`: its content is not there. */
export type CopyFault = 'gone' | 'unfit' | 'noRoom';

/**
 * Copies items of a mailbox into one of its folders: new items with content of their own, since each is removed by itself.
 * In the order asked for; each by itself, so that what cannot be copied stops nothing.
 */
export async function copyItems(
  services: CopyServices,
  order: CopyOrder,
  itemIds: readonly string[],
): Promise<(Copied | CopyFault)[]> {
  const mailbox = services.mail.mailbox(order.ref);
  const ids = [...new Set(itemIds)];
  const [messages, objects] = await Promise.all([mailbox.messages(ids), mailbox.pimItems(ids)]);
  const found = new Map<string, Message | PimItem>();
  for (const one of [...messages, ...objects]) found.set(one.itemId, one);
  const done: (Copied | CopyFault)[] = [];
  for (const itemId of itemIds) {
    const item = found.get(itemId);
    if (item === undefined) done.push('gone');
    else if (!canHold(item.kind, order.folder)) done.push('unfit');
    else if (!order.fits(item.size)) done.push('noRoom');
    else
      done.push(
        'rawKey' in item ? await copyMessage(services, order, item) : await copyObject(services, order, item),
      );
  }
  return done;
}

/** Whether a folder takes items of a kind: that of its class, and Deleted Items any. */
export function fitsInto(kind: PimItem['kind'] | 'message', folder: Folder): boolean {
  if (isRecipientCache(folder)) return false;
  return folder.role === 'deleted' || CLASS_OF_KIND[kind] === folder.itemClass;
}

/** Whether items of a kind can be put there by who asks for it: folders of mail take any, though nothing makes them there. */
export function canHold(kind: PimItem['kind'] | 'message', folder: Folder): boolean {
  return fitsInto(kind, folder) || (folder.itemClass === 'Email' && !isRecipientCache(folder));
}

async function copyMessage(
  { mail, blobs, now }: CopyServices,
  { ref, folder, newId, correlationId }: CopyOrder,
  message: Message,
): Promise<Copied | CopyFault> {
  const mailbox = mail.mailbox(ref);
  const raw = await blobs.open(message.rawKey);
  if (raw === null) return 'gone';
  const itemId = newId();
  // A draft may be written again: its raws are apart from those that stay.
  const key = message.isDraft
    ? `drafts/${ref.tenantId}/${ref.mailboxId}/${itemId}/${message.rawSha256.slice(0, 24)}${now().toString(16).slice(-8)}.eml`
    : rawKey(ref.tenantId, message.receivedAt, itemId);
  const { receivedAt } = message;
  const { mailFrom = '', rcptTo = '', authResults = '', submitted } = raw.envelope ?? {};
  try {
    await blobs.putRaw(key, raw.stream, {
      ...{ ...ref, mailFrom, rcptTo, authResults, receivedAt, rawSize: raw.size, correlationId },
      ...(submitted === undefined ? {} : { submitted }),
      ...{ role: folder.role, folderId: folder.folderId },
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
  const parts = await mailbox.parts(message.itemId);
  const copy: NewMessage = {
    ...{ ...contentOf(message), parts, itemId, rawKey: key },
    ...{ folderRole: folder.role, folderId: folder.folderId, dedupeKey: `item:${itemId}` },
  };
  const inserted = await mailbox.insert(copy).catch(async (error: unknown) => {
    await blobs.delete(key);
    throw error;
  });
  const { modseq } = inserted;
  return { itemId, modseq: await keepExtended(mailbox, message, { itemId, modseq }) };
}

/** What a message is, without what its mailbox knows of it as an item. */
function contentOf(message: Message): Omit<NewMessage, 'parts' | 'dedupeKey' | 'folderRole'> {
  const {
    attachments: _1,
    bodies: _2,
    kind: _3,
    folderId: _4,
    lastVerb: _5,
    lastVerbAt: _6,
    ...rest
  } = message;
  const { modseq: _7, createdModseq: _8, readModseq: _9, flagModseq: _10, ...more } = rest;
  const { categoriesModseq: _11, contentModseq: _12, extended: _13, ...content } = more;
  return content;
}

async function copyObject(
  { mail, objects, now }: CopyServices,
  { ref, folder, newId }: CopyOrder,
  item: PimItem,
): Promise<Copied | CopyFault> {
  const itemId = newId();
  const place = { tenantId: ref.tenantId, mailboxId: ref.mailboxId };
  const sizes = await attachmentSizes(objects, { ...place, itemId: item.itemId });
  for (const [attachmentId, size] of sizes) {
    const file = await openAttachment(
      objects,
      { ...place, itemId: item.itemId, attachmentId },
      { start: 0, end: size },
    );
    if (file === null) continue;
    const bytes = new Uint8Array(await new Response(file).arrayBuffer());
    await putAttachment(objects, { ...place, itemId, attachmentId }, bytes);
  }
  // A thing of its own in the world: what arrives for the first is not for the second.
  const document = { ...item.document, uid: itemId };
  const { kind } = item;
  const facts = pimFacts(kind, document as never, now());
  const copy = { itemId, folderId: folder.folderId, kind, document, facts } as NewPimItem;
  const { outcome, modseq } = await mail.mailbox(ref).putItem(copy, { expect: null });
  if (outcome !== 'inserted') return 'gone';
  return { itemId, modseq: await keepExtended(mail.mailbox(ref), item, { itemId, modseq }) };
}

/** What clients kept with the original they find with the copy. modseq of the copy then. */
async function keepExtended(
  mailbox: MailboxStore,
  { extended }: Message | PimItem,
  { itemId, modseq }: Copied,
): Promise<number> {
  if (extended === undefined || Object.keys(extended).length === 0) return modseq;
  const [change] = await mailbox.setExtended([{ itemId, properties: extended }]);
  return change?.outcome === 'changed' ? change.modseq : modseq;
}
