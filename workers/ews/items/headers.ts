import type { RawField } from '../../../codecs/mime/index.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';
import type { EwsContext } from '../context.ts';
import type { ItemShape } from './property.ts';
import { headerText, messageHeader } from './raw.ts';
import type { ItemView } from './view.ts';

/** Fields of the header of a message; none of what is no message. */
export async function headerOf(blobs: BlobStore, { message }: ItemView): Promise<RawField[]> {
  return message === null ? [] : messageHeader(blobs, message);
}

/** The first field of a name (in lower case), or null. */
export async function headerValue(blobs: BlobStore, view: ItemView, name: string): Promise<string | null> {
  const fields = await headerOf(blobs, view);
  return fields.find((field) => field.name.toLowerCase() === name)?.value ?? null;
}

/** item:InternetMessageHeaders. */
export async function headerFields(
  view: ItemView,
  _shape: ItemShape,
  { services }: EwsContext,
): Promise<XmlObject | null> {
  const fields = await headerOf(services.blobs, view);
  return fields.length === 0
    ? null
    : { InternetMessageHeader: fields.map(({ name, value }) => ({ '@HeaderName': name, '#': value })) };
}

/** The header as it stands in the message, line by line (PidTagTransportMessageHeaders); null when it is gone. */
export async function transportHeaders(blobs: BlobStore, view: ItemView): Promise<string | null> {
  return view.message === null ? null : headerText(blobs, view.message);
}
