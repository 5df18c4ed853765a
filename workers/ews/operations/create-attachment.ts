import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { changeKey, decodeId, encodeId } from '../ids/id.ts';
import { attachedView, findAttachment } from '../items/attached.ts';
import { changedAttachment } from '../items/attached-change.ts';
import {
  ATTACHMENT_ELEMENTS,
  type AttachmentFacts,
  attachmentId,
  attachmentsOf,
  BELOW,
} from '../items/attachments.ts';
import { applyItem } from '../items/editors/apply.ts';
import { filesOf } from '../items/editors/files.ts';
import { editorOf } from '../items/editors/index.ts';
import { type ItemTarget, loadTargets, viewsById } from '../items/load.ts';
import type { NewFile } from '../items/property.ts';
import type { ItemView } from '../items/view.ts';
import { eachMessage } from '../response-messages.ts';

const NAME = 'CreateAttachmentResponseMessage';

/** CreateAttachment (MS-OXWSATT 3.1.4.1): all files of a request in one change of the item, one answer for each. */
export const createAttachment: Operation = async (request, context) => {
  const parent = child(request, 'ParentItemId');
  const list = child(request, 'Attachments');
  if (parent === null || list === null || list.children.length === 0) {
    throw new SchemaError('ParentItemId and Attachments are required.');
  }
  const { target, below } = parentOf(attributeOf(parent, 'Id') ?? '');
  const [view] = await loadTargets(context, [target]);
  const files: (NewFile | EwsError)[] = [];
  for (const one of list.children) {
    try {
      files.push(...(await filesOf({ ...list, children: [one] }, context, applyItem)));
    } catch (error) {
      if (!(error instanceof EwsError) || error instanceof SchemaError) throw error;
      files.push(error);
    }
  }
  const good = files.filter((one): one is NewFile => !(one instanceof EwsError));
  const made =
    view === undefined || view instanceof EwsError || good.length === 0
      ? null
      : await attach(view, below, good, context);
  let next = 0;
  return eachMessage(context, NAME, files, async (file) => {
    if (view instanceof EwsError) throw view;
    if (file instanceof EwsError) throw file;
    return { Attachments: { $: [made?.[next++] ?? notMade()] } };
  });
};

function notMade(): never {
  throw new EwsError('ErrorItemSave', 'The attachment could not be saved.');
}

/** The item that is named, or that to which the attachment that is named belongs. */
function parentOf(text: string): { target: ItemTarget | EwsError; below: string | null } {
  try {
    const id = decodeId(text);
    if (id.kind !== 'item' && id.kind !== 'occurrence' && id.kind !== 'attachment') {
      throw new EwsError('ErrorInvalidIdMalformed', 'The Id is not that of an item.');
    }
    const { mailboxId, itemId } = id;
    const occurrence = id.kind === 'occurrence' ? id.occurrence : null;
    const below = id.kind === 'attachment' ? id.attachment : null;
    return { target: { mailboxId, itemId, changeKey: null, occurrence, instance: null }, below };
  } catch (error) {
    if (error instanceof EwsError) return { target: error, below: null };
    throw error;
  }
}

/** Ids of the new files, with the version of the item that has them. */
async function attach(
  view: ItemView,
  below: string | null,
  files: readonly NewFile[],
  context: EwsContext,
): Promise<(readonly [string, XmlObject])[]> {
  const { box, element, state } = view;
  const editor = editorOf(element);
  const folder = (await box.folders()).find((one) => one.folderId === state.folderId);
  if (editor === null || folder === undefined) {
    throw new EwsError('ErrorInvalidOperation', 'Items of this class have no attachments.');
  }
  await box.demand(state.folderId, 'write');
  const before = new Set((await filesBelow(view, below, context)).map((one) => one.id));
  const draft = await editor.load(view, context);
  if (below === null) for (const file of files) draft.attach(file);
  else {
    draft.detach(below.split(BELOW, 1)[0] ?? '');
    draft.attach(await changedAttachment(view, below, { added: [...files] }, context));
  }
  const saved = await draft.save(
    { box, folder, expect: null, disposition: 'SaveOnly', sendMeetings: 'SendToNone' },
    {},
  );
  const [after] = await viewsById(box, saved === null ? [] : [saved.itemId]);
  if (after === undefined) throw notMade();
  const left = (await filesBelow(after, below, context)).filter((one) => !before.has(one.id));
  const { mailboxId } = box.ref;
  const { itemId } = after.state;
  const root = {
    '@RootItemId': encodeId({ kind: 'item', mailboxId, itemId }),
    '@RootItemChangeKey': changeKey(after.state.modseq),
  };
  return files.map((file) => {
    const at = left.findIndex((one) => one.name === file.name && one.isInline === file.isInline);
    const [found] = left.splice(Math.max(0, at), 1);
    if (found === undefined) throw notMade();
    return [
      ATTACHMENT_ELEMENTS[found.kind],
      { AttachmentId: { '@Id': attachmentId(after, found.id), ...root } },
    ] as const;
  });
}

/** Files of an item, or of a message that is attached to it. */
async function filesBelow(
  view: ItemView,
  below: string | null,
  context: EwsContext,
): Promise<AttachmentFacts[]> {
  if (below === null) return attachmentsOf(view);
  const { owner, facts } = await findAttachment(view, below, context);
  return attachmentsOf(await attachedView(owner, facts, context));
}
