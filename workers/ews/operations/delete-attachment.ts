import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, decodeId, encodeId } from '../ids/id.ts';
import { changedAttachment } from '../items/attached-change.ts';
import { BELOW } from '../items/attachments.ts';
import { editorOf } from '../items/editors/index.ts';
import { loadTargets } from '../items/load.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_IDS = 500;

/** DeleteAttachment (MS-OXWSATT 3.1.4.2). Each answer tells the version of the item that it left. */
export const deleteAttachment: Operation = (request, context) => {
  const ids = children(child(request, 'AttachmentIds'), 'AttachmentId');
  if (ids.length === 0 || ids.length > MAX_IDS)
    throw new SchemaError(`AttachmentIds must hold 1 to ${MAX_IDS} ids.`);
  return eachMessage(context, 'DeleteAttachmentResponseMessage', ids, (id) =>
    remove(attributeOf(id, 'Id') ?? '', context),
  );
};

async function remove(text: string, context: EwsContext): Promise<XmlObject> {
  const id = decodeId(text);
  if (id.kind !== 'attachment')
    throw new EwsError('ErrorInvalidAttachmentId', 'The Id is not that of an attachment.');
  const { mailboxId, itemId, attachment } = id;
  const target = { mailboxId, itemId, changeKey: null, occurrence: null, instance: null };
  const [view] = await loadTargets(context, [target]);
  if (view === undefined || view instanceof EwsError)
    throw view ?? new EwsError('ErrorItemNotFound', 'There is no such item.');
  const { box, element, state } = view;
  const editor = editorOf(element);
  const folder = (await box.folders()).find((one) => one.folderId === state.folderId);
  if (editor === null || folder === undefined) {
    throw new EwsError('ErrorInvalidAttachmentId', 'There is no such attachment.');
  }
  await box.demand(state.folderId, 'write');
  const draft = await editor.load(view, context);
  const at = attachment.lastIndexOf(BELOW);
  if (at < 0) draft.detach(attachment);
  else {
    // What has it comes in the place of what it was, without it.
    const above = attachment.slice(0, at);
    const changed = await changedAttachment(view, above, { dropped: attachment }, context);
    draft.detach(above.split(BELOW, 1)[0] ?? '');
    draft.attach(changed);
  }
  const saved = await draft.save(
    { box, folder, expect: null, disposition: 'SaveOnly', sendMeetings: 'SendToNone' },
    {},
  );
  return {
    RootItemId: {
      '@RootItemId': encodeId({ kind: 'item', mailboxId, itemId }),
      '@RootItemChangeKey': changeKey(saved?.modseq ?? state.modseq),
    },
  };
}
