import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../../codecs/soap/read.ts';
import { composeMessage } from '../../../../core/mail/authoring/compose.ts';
import { newId } from '../../../../platform/ids.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import { attachedFields } from '../attached-fields.ts';
import type { ItemElement, NewFile } from '../property.ts';
import { bound, type Draft } from './bound.ts';
import { messageEditor } from './message.ts';
import { booleanOf } from './values.ts';

const MAX_FILES = 500;
const MAX_NAME = 255;

/** Puts what an element of an item says into its draft (apply.ts). */
export type Apply = (
  draft: Draft,
  item: XmlElement,
  element: ItemElement,
  context: EwsContext,
  skip: readonly string[],
) => Promise<unknown>;

/** The files of an element Attachments (MS-OXWSATT 2.2.4.2). */
export async function filesOf(
  attachments: XmlElement,
  context: EwsContext,
  apply: Apply,
): Promise<NewFile[]> {
  if (attachments.children.length > MAX_FILES) {
    throw new EwsError('ErrorDataSizeLimitExceeded', 'There are too many attachments.');
  }
  const files: NewFile[] = [];
  for (const one of attachments.children) files.push(await fileOf(one, context, apply));
  return files;
}

async function fileOf(element: XmlElement, context: EwsContext, apply: Apply): Promise<NewFile> {
  const inline = child(element, 'IsInline');
  const photo = child(element, 'IsContactPhoto');
  const head = {
    name: (textOf(element, 'Name') ?? 'attachment').slice(0, MAX_NAME),
    contentId: textOf(element, 'ContentId')?.replace(/^<|>$/g, '') ?? null,
    isInline: inline !== null && booleanOf(inline),
    isContactPhoto: photo !== null && booleanOf(photo),
  };
  if (element.name === 'FileAttachment') {
    const content = child(element, 'Content');
    if (content === null) throw new SchemaError('a FileAttachment must have Content.');
    return {
      ...head,
      mediaType: mediaTypeOf(textOf(element, 'ContentType')),
      content: context.bytesOf(content),
    };
  }
  if (element.name !== 'ItemAttachment') throw new SchemaError(`${element.name} is no attachment.`);
  const item = element.children.find((one) => one.name in NESTED);
  if (item === undefined) {
    throw new EwsError(
      'ErrorMissingItemForCreateItemAttachment',
      'An ItemAttachment must have an item that can be attached.',
    );
  }
  return {
    ...head,
    isInline: false,
    mediaType: 'message/rfc822',
    content: await messageOf(item, context, apply),
  };
}

/** Items that can be put into another: messages. */
const NESTED = { Item: true, Message: true, PostItem: true } as const;

/** An attached item as the bytes of a message. */
async function messageOf(item: XmlElement, context: EwsContext, apply: Apply): Promise<Uint8Array> {
  const element = item.name as keyof typeof NESTED;
  const inner = await messageEditor.blank(context, element);
  await apply(bound(messageEditor, inner, context), item, element, context, [
    'IsDraft',
    'ItemId',
    'DateTimeSent',
    'DateTimeCreated',
  ]);
  const { user } = context.principal;
  const frame = {
    author: { name: user.displayName, address: user.address },
    messageId: `${newId(context.services.now())}@${user.address.slice(user.address.lastIndexOf('@') + 1)}`,
    date: context.services.now(),
  };
  // An attached message has no row beside which this could be kept.
  const beside = attachedFields(inner.categories ?? [], inner.kept);
  const patch = { ...inner.patch, fields: [...(inner.patch.fields ?? []), ...beside] };
  return composeMessage(context.services.composer, frame, inner.mime, patch);
}

function mediaTypeOf(text: string | null): string {
  const type = (text ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : 'application/octet-stream';
}
