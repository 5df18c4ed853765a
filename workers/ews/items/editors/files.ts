import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../../codecs/soap/read.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError, SchemaError } from '../../errors.ts';
import type { NewFile } from '../property.ts';
import { referenceFile } from '../reference.ts';
import { type Apply, attachedBytes, attachedItemIn } from './attached-item.ts';
import { booleanOf } from './values.ts';

const MAX_FILES = 500;
const MAX_NAME = 255;

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
    contentLocation: locationOf(textOf(element, 'ContentLocation')),
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
  if (element.name === 'ReferenceAttachment') {
    return { ...head, ...referenceFile(head.name, textOf(element, 'AttachLongPathName') ?? '') };
  }
  if (element.name !== 'ItemAttachment') throw new SchemaError(`${element.name} is no attachment.`);
  const item = attachedItemIn(element);
  if (item === null) {
    throw new EwsError('ErrorMissingItemForCreateItemAttachment', 'An ItemAttachment must have an item.');
  }
  return {
    ...head,
    isInline: false,
    mediaType: 'message/rfc822',
    content: await attachedBytes(item, context, apply),
  };
}

function mediaTypeOf(text: string | null): string {
  const type = (text ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type) ? type : 'application/octet-stream';
}

/** What cannot stand in a field of a header is left out. */
function locationOf(text: string | null): string | null {
  const given = text?.trim() ?? '';
  return /^[\x21-\x7e]{1,900}$/.test(given) ? given : null;
}
