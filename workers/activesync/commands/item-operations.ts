import { el, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, streamedWbxml, wbxml } from '../http/reply.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { emptyFolderContents } from '../item-operations/empty-folder.ts';
import { fetchItem } from '../item-operations/fetch.ts';
import { type FetchRequest, readFetch } from '../item-operations/fetch-request.ts';
import { moveConversation } from '../item-operations/move-conversation.ts';
import { multipartReply } from '../item-operations/multipart.ts';
import { PartList } from '../item-operations/parts.ts';
import { STATUS } from '../status.ts';

const { itemOperations: S } = STATUS;

/** MS-ASCMD 3.1.5.8 */
const MAX_OPERATIONS = 100;
/** Order of the kinds in an answer. */
const KINDS = ['ItemOperations:Move', 'ItemOperations:EmptyFolderContents', 'ItemOperations:Fetch'];

/**
 * ItemOperations (MS-ASCMD 2.2.1.10): Fetch of items and attachments, inline or as multipart, EmptyFolderContents,
 * Move of conversations; done in the order of the request.
 */
export async function itemOperations(context: EasContext): Promise<Reply> {
  const { body, version } = context;
  const operations = body?.children ?? [];
  if (body?.tag !== 'ItemOperations:ItemOperations' || operations.length === 0) {
    return wbxml(answer(S.protocol, []));
  }
  if (operations.length > MAX_OPERATIONS) return wbxml(answer(S.tooLarge, []));
  const fetches = new Map<WbxmlElement, FetchRequest>();
  for (const operation of operations) {
    const fetch = operation.tag === 'ItemOperations:Fetch' ? readFetch(operation, version) : null;
    if (fetch !== null) fetches.set(operation, fetch);
    // Nothing is done of a request that breaks the schema anywhere.
    else if (!isKnown(operation, version)) return wbxml(answer(S.protocol, []));
  }
  const parts = context.acceptMultiPart ? new PartList() : null;
  const results: WbxmlNode[] = [];
  for (const operation of operations) {
    const fetch = fetches.get(operation);
    if (fetch !== undefined) results.push(await fetchItem(context, fetch, parts));
    else if (operation.tag === 'ItemOperations:Move')
      results.push(await moveConversation(context, operation));
    else results.push(await emptyFolderContents(context, operation));
  }
  results.sort((a, b) => KINDS.indexOf(a.tag) - KINDS.indexOf(b.tag));
  const document = answer(S.ok, results);
  return parts === null ? streamedWbxml(document) : multipartReply(document, parts.list, version);
}

/** Conversations came with 14.0. */
function isKnown({ tag }: WbxmlElement, version: Version): boolean {
  return (
    tag === 'ItemOperations:EmptyFolderContents' ||
    (tag === 'ItemOperations:Move' && atLeast(version, '14.0'))
  );
}

function answer(status: number, results: WbxmlNode[]): WbxmlNode {
  return el(
    'ItemOperations:ItemOperations',
    el('ItemOperations:Status', status),
    results.length > 0 ? el('ItemOperations:Response', results) : null,
  );
}
