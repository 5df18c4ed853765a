import { children, el, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, streamedWbxml, wbxml } from '../http/reply.ts';
import { fetchItem } from '../item-operations/fetch.ts';
import { multipartReply } from '../item-operations/multipart.ts';
import { type Part, PartList } from '../item-operations/parts.ts';
import { STATUS } from '../status.ts';

/** MS-ASCMD 3.1.5.8 */
const MAX_FETCHES = 100;

/** ItemOperations (MS-ASCMD 2.2.1.10): Fetch of items and attachments, inline or as multipart. */
export async function itemOperations(context: EasContext): Promise<Reply> {
  const root = context.body ?? undefined;
  const fetches = children(root, 'ItemOperations:Fetch');
  const others = root?.children.filter((c) => c.tag !== 'ItemOperations:Fetch') ?? [];
  if (root?.tag !== 'ItemOperations:ItemOperations' || fetches.length + others.length === 0) {
    return wbxml(answer(STATUS.itemOperations.protocol, []));
  }
  if (fetches.length > MAX_FETCHES) return wbxml(answer(11, []));
  const parts = context.acceptMultiPart ? new PartList() : null;
  const results: WbxmlNode[] = [];
  for (const fetch of fetches) results.push(await fetchItem(context, fetch, parts));
  for (const other of others) results.push(refuse(other));
  const document = answer(STATUS.itemOperations.ok, results);
  return parts === null
    ? streamedWbxml(document)
    : multipartReply(document, parts.list as Part[], context.version);
}

function answer(status: number, results: WbxmlNode[]): WbxmlNode {
  return el(
    'ItemOperations:ItemOperations',
    el('ItemOperations:Status', status),
    results.length > 0 ? el('ItemOperations:Response', results) : null,
  );
}

/** EmptyFolderContents and Move are answered in their own element: this server does not offer them. */
function refuse(element: WbxmlElement): WbxmlNode {
  return el(element.tag, el('ItemOperations:Status', STATUS.itemOperations.protocol));
}
