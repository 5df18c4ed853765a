import { el, type OpaqueStream, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { CLASS_OF_KIND, type PimItem } from '../../../core/pim/types.ts';
import { DEFAULT_OPTIONS } from '../../../core/sync/options.ts';
import type { EasContext } from '../context.ts';
import { emailProperties, renderContext } from '../mail/email-data.ts';
import { classNameOf } from '../pim/class-name.ts';
import { itemProperties } from '../pim/render.ts';
import { STATUS } from '../status.ts';
import type { ByteRange } from './byte-range.ts';
import { type FetchRequest, localName } from './fetch-request.ts';
import type { PartList } from './parts.ts';

const { itemOperations: S } = STATUS;

export interface FetchedItem {
  /** MS-ASCMD 2.2.3.27.3 */
  itemClass: string;
  properties: WbxmlNode;
}

/** Properties of an item, by ServerId in its folder or by LongId anywhere; or the status that refuses it. */
export async function fetchStored(
  context: EasContext,
  request: FetchRequest,
  range: ByteRange | null,
  parts: PartList | null,
): Promise<FetchedItem | number> {
  const { serverId, longId, collectionId, schema } = request;
  const itemId = longId ?? serverId ?? '';
  const isHere = (folderId: string) => longId !== undefined || folderId === collectionId;
  const [message] = itemId === '' ? [] : await context.mailbox.messages([itemId]);
  const [item] = message !== undefined || itemId === '' ? [] : await context.mailbox.pimItems([itemId]);
  const found = message ?? item;
  if (found === undefined || !isHere(found.folderId)) return S.notFound;
  if (item !== undefined && !(await isShown(context, item))) return S.notFound;
  const all =
    message === undefined
      ? item === undefined
        ? null
        : await pimProperties(context, item, request)
      : await emailProperties(renderContext(context), message, request.body);
  if (all === null) return S.conversion;
  const wanted = schema === null ? all : all.filter((node) => schema.has(localName(node.tag)));
  const properties = placeBody(wanted, range, parts);
  if (properties === null) return S.badRange;
  const itemClass = item === undefined ? 'Email' : classNameOf(item.kind);
  return { itemClass, properties: el('ItemOperations:Properties', properties) };
}

/** Without wishes for a body the whole of it is meant. */
function pimProperties(
  context: EasContext,
  item: PimItem,
  { body }: FetchRequest,
): Promise<WbxmlNode[] | null> {
  const { bodies } = body;
  const sms = { filterType: 0, bodies };
  return itemProperties(context, item, { ...DEFAULT_OPTIONS, bodies, sms }, bodies.length === 0);
}

/** No folder of mail tells of what is neither message nor text message: Deleted Items holds such. */
async function isShown({ mailbox }: EasContext, { folderId, kind }: PimItem): Promise<boolean> {
  const head = (await mailbox.folderHeads([folderId])).get(folderId);
  return head?.itemClass === CLASS_OF_KIND[kind];
}

type Data = string | Uint8Array | OpaqueStream;

/**
 * Applies Range to the body's data (MS-ASCMD 2.2.3.143.1) and moves it into a part when the answer has parts. null
 * when the range begins beyond the data.
 */
function placeBody(
  properties: WbxmlNode[],
  range: ByteRange | null,
  parts: PartList | null,
): WbxmlNode[] | null {
  if (range === null && parts === null) return properties;
  const at = properties.findIndex((node) => node.tag === 'AirSyncBase:Body');
  const body = properties[at];
  const data = body === undefined ? null : dataOf(body);
  if (body === undefined || data === null) return properties;
  const cut = range === null ? { data, span: [] } : cutData(data, range);
  if (cut === null) return null;
  const others = body.content.filter((c) => !isNode(c, 'AirSyncBase:Data'));
  const shown =
    parts === null
      ? body.content.map((c) => (isNode(c, 'AirSyncBase:Data') ? el('AirSyncBase:Data', cut.data) : c))
      : [...others, el('ItemOperations:Part', parts.add(asPart(cut.data)))];
  return [...cut.span, ...properties.with(at, { ...body, content: shown })];
}

function dataOf(body: WbxmlNode): Data | null {
  const content = body.content.find((c): c is WbxmlNode => isNode(c, 'AirSyncBase:Data'))?.content[0];
  return content === undefined || (typeof content === 'object' && 'tag' in content) ? null : content;
}

/** A body that is so large that it streams is sent whole, whatever the range (it would have to be held). */
function cutData(data: Data, range: ByteRange): { data: Data; span: WbxmlNode[] } | null {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return { data, span: [] };
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  if (range.start >= bytes.length) return null;
  const end = Math.min(bytes.length, range.end);
  const piece = bytes.slice(range.start, end);
  return {
    data: typeof data === 'string' ? new TextDecoder().decode(piece) : piece,
    span: [el('ItemOperations:Range', `${range.start}-${end - 1}`), el('ItemOperations:Total', bytes.length)],
  };
}

function asPart(data: Data): Uint8Array | OpaqueStream {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

function isNode(value: WbxmlNode['content'][number], tag: string): value is WbxmlNode {
  return typeof value === 'object' && 'tag' in value && value.tag === tag;
}
