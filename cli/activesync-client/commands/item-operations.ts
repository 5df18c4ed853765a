import {
  bytesOf,
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { type Email, readEmail } from '../email.ts';
import { must, StatusError } from '../errors.ts';
import { type ItemOptions, optionNodes } from '../item-options.ts';

export interface FetchSettings {
  /** First and last byte, both included. */
  range?: { first: number; last: number };
  /** Take the content as a part of a multipart answer. */
  multipart?: boolean;
}

export interface FetchedAttachment {
  status: number;
  contentType: string | null;
  data: Uint8Array | null;
  /** Bytes [first, last] of `total`; null when no range was asked for. */
  range: { first: number; last: number; total: number } | null;
}

export interface FetchedItem {
  status: number;
  email: Email | null;
  /** Content of the body, wherever it was sent. */
  data: Uint8Array | null;
}

const RULE = 'MS-ASCMD 2.2.1.10';

/** Fetch of an attachment by its FileReference (MS-ASCMD 2.2.3.63.1). */
export async function fetchAttachment(
  client: ActiveSyncClient,
  fileReference: string,
  { range, multipart = false }: FetchSettings = {},
): Promise<FetchedAttachment> {
  const { fetch, parts } = await fetchOne(
    client,
    [
      el('ItemOperations:Store', 'Mailbox'),
      el('AirSyncBase:FileReference', fileReference),
      rangeOptions(range),
    ],
    multipart,
  );
  const status = statusOf(fetch);
  const properties = child(fetch, 'ItemOperations:Properties');
  if (status !== 1) return { status, contentType: null, data: null, range: null };
  must(
    textOf(fetch, 'AirSyncBase:FileReference') === fileReference,
    RULE,
    'another FileReference than asked for',
  );
  must(properties !== undefined, RULE, 'a Fetch with Status 1 and without Properties');
  const data = contentOf(properties, parts, multipart);
  must(data !== null, 'MS-ASCMD 2.2.3.39', 'an attachment without Data');
  return {
    status,
    contentType: textOf(properties, 'AirSyncBase:ContentType') ?? null,
    data,
    range: readRange(properties, range, data.length),
  };
}

/** Fetch of a message by folder and ServerId. */
export async function fetchItem(
  client: ActiveSyncClient,
  { collectionId, serverId }: { collectionId: string; serverId: string },
  options: ItemOptions,
  { multipart = false }: Pick<FetchSettings, 'multipart'> = {},
): Promise<FetchedItem> {
  const { fetch, parts } = await fetchOne(
    client,
    [
      el('ItemOperations:Store', 'Mailbox'),
      el('AirSync:CollectionId', collectionId),
      el('AirSync:ServerId', serverId),
      el('ItemOperations:Options', optionNodes(client, options)),
    ],
    multipart,
  );
  const status = statusOf(fetch);
  if (status !== 1) return { status, email: null, data: null };
  must(textOf(fetch, 'AirSync:ServerId') === serverId, RULE, 'another ServerId than asked for');
  const properties = child(fetch, 'ItemOperations:Properties');
  must(properties !== undefined, RULE, 'a Fetch with Status 1 and without Properties');
  const email = readEmail(properties, options.bodies ?? []);
  const part = email.body?.part ?? null;
  const data = part === null ? (email.body?.data ?? null) : partOf(parts, part);
  return { status, email, data };
}

async function fetchOne(
  client: ActiveSyncClient,
  content: (WbxmlNode | null)[],
  multipart: boolean,
): Promise<{ fetch: WbxmlElement; parts: Uint8Array[] }> {
  const { document, parts } = await client.request(
    'ItemOperations',
    el('ItemOperations:ItemOperations', el('ItemOperations:Fetch', ...content)),
    { multipart, timeoutMs: 300_000 },
  );
  const root = document ?? undefined;
  const top = Number(textOf(root, 'ItemOperations:Status') ?? Number.NaN);
  must(top >= 1, 'MS-ASCMD 2.2.3.177.8', 'ItemOperations without Status');
  if (top !== 1) throw new StatusError('ItemOperations', top);
  const fetches = children(child(root, 'ItemOperations:Response'), 'ItemOperations:Fetch');
  const [fetch] = fetches;
  must(fetch !== undefined && fetches.length === 1, RULE, `${fetches.length} answers to one Fetch`);
  return { fetch, parts };
}

function statusOf(fetch: WbxmlElement): number {
  const status = Number(textOf(fetch, 'ItemOperations:Status') ?? Number.NaN);
  must(status >= 1, 'MS-ASCMD 2.2.3.177.8', 'a Fetch without Status');
  return status;
}

function rangeOptions(range: FetchSettings['range']): WbxmlNode | null {
  if (range === undefined) return null;
  return el('ItemOperations:Options', el('ItemOperations:Range', `${range.first}-${range.last}`));
}

function contentOf(properties: WbxmlElement, parts: Uint8Array[], multipart: boolean): Uint8Array | null {
  const number = textOf(properties, 'ItemOperations:Part');
  const data = child(properties, 'ItemOperations:Data');
  if (number !== undefined) {
    must(multipart, 'MS-ASCMD 2.2.3.130.1', 'a Part although multipart was not asked for');
    must(data === undefined, RULE, 'Part and Data together');
    return partOf(parts, Number(number));
  }
  if (data === undefined) return null;
  if (data.opaque !== undefined) return bytesOf(data) ?? null;
  // MS-ASCMD 2.2.3.39.2: base64 within the document.
  must(/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data.text), 'MS-ASCMD 2.2.3.39.2', 'Data is not base64');
  return Buffer.from(data.text, 'base64');
}

function partOf(parts: Uint8Array[], number: number): Uint8Array {
  // Part 0 is the document itself.
  const part = parts[number - 1];
  must(part !== undefined, 'MS-ASCMD 2.2.3.130.1', `part ${number} of ${parts.length}`);
  return part;
}

function readRange(
  properties: WbxmlElement,
  asked: FetchSettings['range'],
  length: number,
): FetchedAttachment['range'] {
  const text = textOf(properties, 'ItemOperations:Range');
  const total = Number(textOf(properties, 'ItemOperations:Total') ?? Number.NaN);
  if (asked === undefined) {
    // Clients are known to break on a Range that they did not ask for.
    must(text === undefined, 'MS-ASCMD 2.2.3.143.1', 'a Range that was not asked for');
    return null;
  }
  const match = /^(\d+)-(\d+)$/.exec(text ?? '');
  must(match !== null && Number.isInteger(total), 'MS-ASCMD 2.2.3.143.1', `Range "${text}", Total ${total}`);
  const [first, last] = [Number(match[1]), Number(match[2])];
  must(first === asked.first && last <= asked.last, 'MS-ASCMD 2.2.3.143.1', `Range ${text}`);
  must(last - first + 1 === length, 'MS-ASCMD 2.2.3.143.1', `Range ${text} of ${length} bytes`);
  must(last < total, 'MS-ASCMD 2.2.3.184.1', `Range ${text}, Total ${total}`);
  return { first, last, total };
}
