import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { submissionIdOf } from '../../../core/mail/sending/ids.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { readChangeKey } from '../ids/id.ts';
import { changedMeanwhile, dropDraft, send } from '../items/editors/message-save.ts';
import { targetFolder } from '../items/editors/target.ts';
import { itemIdElements, loadViews } from '../items/load.ts';
import { eachMessage } from '../response-messages.ts';

/** SendItem (MS-OXWSMSG 3.1.4.6): a draft goes out as it is, once for each of its versions. */
export const sendItem: Operation = async (request, context) => {
  const save = attributeOf(request, 'SaveItemToFolder');
  if (save === null || !/^(?:true|false|0|1)$/.test(save))
    throw new SchemaError('SaveItemToFolder must be a boolean.');
  const keep = save === 'true' || save === '1';
  const named = child(request, 'SavedItemFolderId')?.children[0] ?? null;
  if (named !== null && !keep) {
    throw new EwsError(
      'ErrorInvalidSendItemSaveSettings',
      'A folder is named for a copy that is not to be saved.',
    );
  }
  const ids = itemIdElements(child(request, 'ItemIds'));
  return eachMessage(context, 'SendItemResponseMessage', ids, (id) => sendOne(id, { keep, named }, context));
};

async function sendOne(
  id: XmlElement,
  { keep, named }: { keep: boolean; named: XmlElement | null },
  context: EwsContext,
): Promise<XmlObject> {
  const [view] = await loadViews(context, [id]);
  if (view instanceof EwsError) throw view;
  const message = view?.message ?? null;
  if (view === undefined || message === null || !message.isDraft) {
    throw new EwsError('ErrorInvalidItemForOperationSendItem', 'Only drafts of messages can be sent.');
  }
  const known = readChangeKey(attributeOf(id, 'ChangeKey'));
  if (known !== null && known !== message.modseq) throw changedMeanwhile();
  const { box } = view;
  await box.demand(message.folderId, 'delete');
  const raw = await context.services.blobs.readRange(message.rawKey, 0, message.size);
  if (raw === null) throw new EwsError('ErrorItemCorrupt', 'The content of the message is not there.');
  const place = await targetFolder(context, named, 'Message', true);
  const name = `${message.itemId}/${message.modseq}`;
  const submissionId = await submissionIdOf('ews', box.ref.mailboxId, name);
  const { categories } = message;
  await send(context, raw, { submissionId, save: keep, order: place, categories });
  await dropDraft(box, message.itemId, context);
  return {};
}
