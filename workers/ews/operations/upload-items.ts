import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { saveMessage } from '../../../core/mail/authoring/save.ts';
import type { Folder } from '../../../core/mail/types.ts';
import { putAttachment } from '../../../core/pim/attachments.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import { CLASS_OF_KIND, type NewPimItem } from '../../../core/pim/types.ts';
import { openRoom } from '../../../core/quota/room.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { storeExtended } from '../items/editors/stored.ts';
import { loadViews } from '../items/load.ts';
import { type Transferred, unpackItem } from '../items/transfer.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { eachMessage } from '../response-messages.ts';

const ACTIONS = ['CreateNew', 'Update', 'UpdateOrCreate'] as const;
const MAX_ITEMS = 300;

/** UploadItems (MS-OXWSBTRF 3.1.4.2): items as ExportItems gave them, as new ones or in the place of others. */
export const uploadItems: Operation = (request, context) => {
  const items = children(child(request, 'Items'), 'Item');
  if (items.length === 0) throw new SchemaError('Items must hold an item.');
  if (items.length > MAX_ITEMS) {
    throw new EwsError(
      'ErrorBatchProcessingStopped',
      `At most ${MAX_ITEMS} items may be uploaded in one request.`,
    );
  }
  return eachMessage(context, 'UploadItemsResponseMessage', items, (item) => upload(item, context));
};

async function upload(item: XmlElement, context: EwsContext): Promise<XmlObject> {
  const action = ACTIONS.find((one) => one === attributeOf(item, 'CreateAction'));
  const data = child(item, 'Data');
  if (action === undefined || data === null)
    throw new SchemaError('an item must have a CreateAction and Data.');
  const parent = child(item, 'ParentFolderId');
  if (parent === null) throw new SchemaError('an item must have a ParentFolderId.');
  const { box, folder } = await resolveItemFolder(context, { ...parent, name: 'FolderId' }, 'write');
  const given = unpackItem(context.bytesOf(data));
  const { kind } = given.head;
  if (folder.itemClass !== CLASS_OF_KIND[kind] && folder.role !== 'deleted') {
    throw new EwsError(
      'ErrorInvalidFolderTypeForOperation',
      'Items of this class do not belong into this folder.',
    );
  }
  const found = action === 'CreateNew' ? null : await present(item, action, context);
  // MS-OXWSBTRF 3.1.4.2.3.5: what lies in another folder is not what is meant.
  const elsewhere = found !== null && found.state.folderId !== folder.folderId;
  if (elsewhere && action === 'Update') {
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the folder.');
  }
  const target = elsewhere ? null : found;
  if (target !== null && (target.box.ref.mailboxId !== box.ref.mailboxId || target.state.kind !== kind)) {
    throw new EwsError('ErrorObjectTypeChanged', 'The item that is there is another kind of thing.');
  }
  if (target !== null) await box.demand(target.state.folderId, 'write');
  const room = await openRoom(context.services, box.ref, box.user);
  const bytes = given.raw.length + given.files.reduce((sum, one) => sum + one.bytes.length, 0);
  if (!room.take(bytes)) throw new EwsError('ErrorQuotaExceeded', 'The mailbox is full.');
  const place = { box, folder, target };
  const saved =
    kind === 'message' ? await putMessage(given, place, context) : await putObject(given, place, context);
  const before = target?.state.modseq ?? null;
  const modseq = await storeExtended(box, saved.itemId, given.head.extended, saved.modseq, before);
  await box.tell([{ folderId: saved.folderId, modseq, indexed: saved.itemId }]);
  const id = encodeId({ kind: 'item', mailboxId: box.ref.mailboxId, itemId: saved.itemId });
  return { ItemId: { '@Id': id, '@ChangeKey': changeKey(modseq) } };
}

/** The item that is replaced; null when a new one is made. @throws EwsError ErrorItemNotFound for Update alone */
async function present(
  item: XmlElement,
  action: 'Update' | 'UpdateOrCreate',
  context: EwsContext,
): Promise<ItemView | null> {
  const id = child(item, 'ItemId');
  if (id === null) {
    if (action === 'UpdateOrCreate') return null;
    throw new SchemaError('what is updated must have an ItemId.');
  }
  const [view] = await loadViews(context, [id]);
  if (view !== undefined && !(view instanceof EwsError)) return view;
  if (action === 'UpdateOrCreate' && view?.code === 'ErrorItemNotFound') return null;
  throw view ?? new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
}

interface Place {
  box: Box;
  folder: Folder;
  target: ItemView | null;
}

interface Put {
  itemId: string;
  folderId: string;
  modseq: number;
}

async function putMessage(
  { head, raw }: Transferred,
  { box, folder, target }: Place,
  context: EwsContext,
): Promise<Put> {
  const { services, correlationId } = context;
  const { isRead, flag, categories, receivedAt, lastVerb, lastVerbAt } = head;
  const saved = await saveMessage(services, {
    ...{
      ref: box.ref,
      itemId: target?.state.itemId ?? newId(services.now()),
      present: target?.message ?? null,
    },
    ...{ folder, raw, receivedAt, isRead, flag, categories, isDraft: head.isDraft },
    ...{ address: box.user.address, correlationId },
  });
  let { modseq } = saved;
  if (target !== null) {
    const [change] = await box.store.setFlags([{ itemId: saved.itemId, isRead, flag, categories }]);
    modseq = change?.modseq ?? modseq;
  }
  if (lastVerb !== 0 && lastVerbAt !== null) {
    const [change] = await box.store.setLastVerb([saved.itemId], lastVerb, lastVerbAt);
    modseq = change?.modseq ?? modseq;
  }
  return { itemId: saved.itemId, folderId: saved.folderId, modseq };
}

async function putObject(
  { head, files }: Transferred,
  { box, folder, target }: Place,
  context: EwsContext,
): Promise<Put> {
  const { services } = context;
  const itemId = target?.state.itemId ?? newId(services.now());
  for (const { id, bytes } of files) {
    await putAttachment(services.objects, { ...box.ref, itemId, attachmentId: id }, bytes);
  }
  const { kind, document } = head;
  if (kind === 'message' || document === null) throw corrupt();
  let item: NewPimItem;
  try {
    const facts = pimFacts(kind, document, services.now());
    item = { itemId, folderId: folder.folderId, kind, document, facts } as NewPimItem;
  } catch {
    // A document that was changed on its way.
    throw corrupt();
  }
  const result = await box.store.putItem(item);
  if (result.outcome === 'tooLarge' || result.outcome === 'conflict' || result.outcome === 'noFolder')
    throw corrupt();
  return { itemId, folderId: result.folderId, modseq: result.modseq };
}

function corrupt(): EwsError {
  return new EwsError('ErrorCorruptData', 'The data is not that of an exported item.');
}
