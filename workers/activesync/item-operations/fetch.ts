import { Buffer } from 'node:buffer';
import {
  child,
  el,
  type OpaqueStream,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { EasContext } from '../context.ts';
import { bodyPreferences, mimeSupportOf } from '../mail/body-preference.ts';
import { emailProperties } from '../mail/email-data.ts';
import { parseFileReference } from '../mail/ids.ts';
import { STATUS } from '../status.ts';
import { openAttachment } from './attachment.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import type { PartList } from './parts.ts';

const { itemOperations: S } = STATUS;

/** One Fetch of ItemOperations: an attachment by FileReference, or an item by CollectionId and ServerId. */
export async function fetchItem(
  context: EasContext,
  fetch: WbxmlElement,
  parts: PartList | null,
): Promise<WbxmlNode> {
  if (textOf(fetch, 'ItemOperations:Store')?.toLowerCase() !== 'mailbox') return failure(S.protocol, []);
  const options = child(fetch, 'ItemOperations:Options');
  const rangeText = textOf(options, 'ItemOperations:Range');
  const range = rangeText === undefined ? null : parseRange(rangeText);
  if (range === 'invalid') return failure(S.badRange, []);
  const reference = textOf(fetch, 'AirSyncBase:FileReference');
  return reference === undefined
    ? fetchMessage(context, fetch, options, range, parts)
    : fetchAttachment(context, reference, range, parts);
}

function failure(status: number, names: WbxmlNode[]): WbxmlNode {
  return el('ItemOperations:Fetch', el('ItemOperations:Status', status), names);
}

async function fetchAttachment(
  context: EasContext,
  reference: string,
  range: ByteRange | null,
  parts: PartList | null,
): Promise<WbxmlNode> {
  const name = el('AirSyncBase:FileReference', reference.slice(0, 256));
  const ids = parseFileReference(reference);
  const content = ids === null ? null : await openAttachment(context, ids, range);
  if (content === null) return failure(S.badAttachment, [name]);
  if (content === 'bad-range') return failure(S.badRange, [name]);
  const data =
    parts === null
      ? el('ItemOperations:Data', await base64Text(content.bytes))
      : el('ItemOperations:Part', parts.add(content.bytes));
  return el(
    'ItemOperations:Fetch',
    el('ItemOperations:Status', S.ok),
    name,
    el(
      'ItemOperations:Properties',
      // Only when it was asked for: an unasked Range breaks some phones.
      range === null ? null : el('ItemOperations:Range', `${content.start}-${content.end - 1}`),
      range === null ? null : el('ItemOperations:Total', content.total),
      el('AirSyncBase:ContentType', content.mediaType),
      data,
    ),
  );
}

async function base64Text(content: OpaqueStream): Promise<string> {
  const stream = typeof content.stream === 'function' ? await content.stream() : content.stream;
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return Buffer.from(bytes.buffer).toString('base64');
}

async function fetchMessage(
  context: EasContext,
  fetch: WbxmlElement,
  options: WbxmlElement | undefined,
  range: ByteRange | null,
  parts: PartList | null,
): Promise<WbxmlNode> {
  const collectionId = textOf(fetch, 'AirSync:CollectionId');
  const longId = textOf(fetch, 'Search:LongId');
  const serverId = textOf(fetch, 'AirSync:ServerId') ?? longId ?? '';
  const names = [
    ...(collectionId === undefined ? [] : [el('AirSync:CollectionId', collectionId.slice(0, 64))]),
    longId === undefined
      ? el('AirSync:ServerId', serverId.slice(0, 64))
      : el('Search:LongId', serverId.slice(0, 64)),
    el('AirSync:Class', 'Email'),
  ];
  const message: Message | undefined = (await context.mailbox.messages([serverId]))[0];
  if (message === undefined || (longId === undefined && message.folderId !== collectionId)) {
    return failure(S.notFound, names.slice(0, -1));
  }
  const wanted = { bodies: bodyPreferences(options), mimeSupport: mimeSupportOf(options) };
  const properties = await emailProperties(
    { blobs: context.services.blobs, version: context.version },
    message,
    wanted,
  );
  return el(
    'ItemOperations:Fetch',
    el('ItemOperations:Status', S.ok),
    names,
    el('ItemOperations:Properties', cutBody(properties, range, parts)),
  );
}

/** Applies Range to the body's data (MS-ASCMD 2.2.3.143.1) and moves it into a part when the answer has parts. */
function cutBody(properties: WbxmlNode[], range: ByteRange | null, parts: PartList | null): WbxmlNode[] {
  if (range === null && parts === null) return properties;
  const result: WbxmlNode[] = [];
  for (const node of properties) {
    const data = node.tag === 'AirSyncBase:Body' ? find(node, 'AirSyncBase:Data')?.content[0] : undefined;
    if (data === undefined || (typeof data === 'object' && 'tag' in data)) {
      result.push(node);
      continue;
    }
    let content = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    let span: WbxmlNode[] = [];
    if (range !== null && content instanceof Uint8Array) {
      const total = content.length;
      const end = Math.min(total, range.end);
      content = content.slice(range.start, end);
      span = [
        el('ItemOperations:Range', `${range.start}-${Math.max(range.start, end - 1)}`),
        el('ItemOperations:Total', total),
      ];
    }
    const shown =
      parts !== null
        ? el('ItemOperations:Part', parts.add(content))
        : el('AirSyncBase:Data', content instanceof Uint8Array ? new TextDecoder().decode(content) : content);
    result.unshift(...span);
    result.push({ ...node, content: node.content.map((c) => (isNode(c, 'AirSyncBase:Data') ? shown : c)) });
  }
  return result;
}

function isNode(value: WbxmlNode['content'][number], tag: string): value is WbxmlNode {
  return typeof value === 'object' && 'tag' in value && value.tag === tag;
}

function find(node: WbxmlNode, tag: string): WbxmlNode | undefined {
  return node.content.find((c): c is WbxmlNode => isNode(c, tag));
}
