import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { decodeId } from '../ids/id.ts';
import { attachedView, findAttachment } from '../items/attached.ts';
import { attachmentElement } from '../items/attachments.ts';
import { fileContent } from '../items/file-content.ts';
import { type ItemTarget, loadTargets } from '../items/load.ts';
import { renderItem } from '../items/render.ts';
import { type AskedShape, readShape } from '../items/shape.ts';
import type { ItemView } from '../items/view.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_IDS = 500;

interface Wanted extends ItemTarget {
  name: string;
}

/** GetAttachment (MS-OXWSATT 3.1.4.3): files as they stream out of the store, attached messages as items. */
export const getAttachment: Operation = async (request, context) => {
  const ids = child(request, 'AttachmentIds')?.children ?? [];
  if (ids.length === 0) throw new SchemaError('no attachment is named.');
  if (ids.length > MAX_IDS) {
    throw new EwsError('ErrorBatchProcessingStopped', `At most ${MAX_IDS} attachments may be named.`);
  }
  const asked = readShape(child(request, 'AttachmentShape'));
  const wanted = ids.map(readWanted);
  const views = await loadTargets(context, wanted);
  return eachMessage(context, 'GetAttachmentResponseMessage', wanted, async (one, index) => {
    const view = views[index];
    if (one instanceof EwsError) throw one;
    if (view === undefined || view instanceof EwsError) {
      throw new EwsError('ErrorInvalidAttachmentId', 'The specified attachment was not found in the store.');
    }
    return { Attachments: { $: [await attachmentOf(view, one.name, asked, context)] } };
  });
};

function readWanted(element: XmlElement): Wanted | EwsError {
  if (element.name !== 'AttachmentId') throw new SchemaError(`${element.name} is no id of an attachment.`);
  try {
    const id = decodeId(attributeOf(element, 'Id') ?? '');
    if (id.kind !== 'attachment') {
      return new EwsError('ErrorInvalidAttachmentId', 'The Id is not that of an attachment.');
    }
    const { mailboxId, itemId, attachment: name } = id;
    return { mailboxId, itemId, name, changeKey: null, occurrence: null, instance: null };
  } catch (error) {
    if (error instanceof EwsError) return error;
    throw error;
  }
}

async function attachmentOf(
  view: ItemView,
  name: string,
  asked: AskedShape,
  context: EwsContext,
): Promise<XmlPair> {
  const { owner, facts } = await findAttachment(view, name, context);
  if (facts.kind === 'file') {
    return attachmentElement(owner, facts, { Content: await fileContent(owner, facts, context) });
  }
  const inner = await attachedView(owner, facts, context);
  const [element, item] = await renderItem(inner, asked.shape, asked.paths, context);
  return attachmentElement(owner, facts, { [element]: item });
}
