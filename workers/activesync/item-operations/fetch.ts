import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { parseFileReference } from '../mail/ids.ts';
import { openEventFile } from '../pim/calendar/open-file.ts';
import { STATUS } from '../status.ts';
import { openAttachment } from './attachment.ts';
import { base64Stream } from './base64-stream.ts';
import type { ByteRange } from './byte-range.ts';
import type { FetchRequest } from './fetch-request.ts';
import { type FetchedItem, fetchStored } from './fetch-stored.ts';
import type { PartList } from './parts.ts';

const { itemOperations: S } = STATUS;

/** Answers one Fetch; what goes wrong in it never touches the others of the command. */
export async function fetchItem(
  context: EasContext,
  request: FetchRequest,
  parts: PartList | null,
): Promise<WbxmlNode> {
  const names = namesOf(request);
  const { store, range, refused, fileReference, linkId } = request;
  if (store === 'documentlibrary') return failed(isShare(linkId) ? S.uriDenied : S.badUri, names);
  if (store !== 'mailbox') return failed(S.unknownStore, names);
  if (refused !== null) return failed(refused, names);
  if (range === 'invalid') return failed(S.badRange, names);
  try {
    const found =
      fileReference === undefined
        ? await fetchStored(context, request, range, parts)
        : await fetchAttachment(context, fileReference, range, parts);
    if (typeof found === 'number') return failed(found, names);
    const { itemClass, properties } = found;
    const itsClass = itemClass === null ? null : el('AirSync:Class', itemClass);
    return el('ItemOperations:Fetch', el('ItemOperations:Status', S.ok), names, itsClass, properties);
  } catch (error) {
    context.log.error('eas.item-not-rendered', {
      itemId: request.serverId ?? request.longId,
      error: describeError(error),
    });
    return failed(S.conversion, names);
  }
}

function failed(status: number, names: WbxmlNode[]): WbxmlNode {
  return el('ItemOperations:Fetch', el('ItemOperations:Status', status), names);
}

/** The ids of the request, which its answer repeats, in the order of the schema. */
function namesOf(request: FetchRequest): WbxmlNode[] {
  const id = (tag: string, text: string | undefined, length: number) =>
    text === undefined ? [] : [el(tag, text.slice(0, length))];
  if (request.fileReference !== undefined) return id('AirSyncBase:FileReference', request.fileReference, 256);
  return [
    ...id('AirSync:CollectionId', request.collectionId, 64),
    ...id('AirSync:ServerId', request.serverId, 64),
    ...id('Search:LongId', request.longId, 256),
    ...id('DocumentLibrary:LinkId', request.linkId, 1024),
  ];
}

/** There are no document libraries here; what is no address of one at all is told apart (MS-ASCMD 2.2.3.177.8). */
function isShare(linkId: string | undefined): boolean {
  return /^(?:\\\\|file:\/\/|https?:\/\/)[^\\/\s]+[\\/]/i.test(linkId ?? '');
}

/** Properties of an attachment, or the status that refuses it. */
async function fetchAttachment(
  context: EasContext,
  reference: string,
  range: ByteRange | null,
  parts: PartList | null,
): Promise<(Omit<FetchedItem, 'itemClass'> & { itemClass: null }) | number> {
  const ids = parseFileReference(reference);
  const content =
    ids === null ? await openEventFile(context, reference, range) : await openAttachment(context, ids, range);
  if (content === null) return S.badAttachment;
  if (content === 'bad-range') return S.badRange;
  const properties = el(
    'ItemOperations:Properties',
    // Only when it was asked for: an unasked Range breaks some phones.
    range === null ? null : el('ItemOperations:Range', `${content.start}-${content.end - 1}`),
    range === null ? null : el('ItemOperations:Total', content.total),
    el('AirSyncBase:ContentType', content.mediaType),
    parts === null
      ? el('ItemOperations:Data', base64Stream(content.bytes))
      : el('ItemOperations:Part', parts.add(content.bytes)),
  );
  return { itemClass: null, properties };
}
