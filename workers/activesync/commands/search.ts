import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, streamedWbxml } from '../http/reply.ts';
import { searchGal } from '../people/gal-search.ts';
import { searchStore } from '../search/mailbox.ts';
import { STATUS } from '../status.ts';

const { search: S } = STATUS;

/** Search (MS-ASCMD 2.2.1.16). Of several stores the first is searched. */
export async function search(context: EasContext): Promise<Reply> {
  const store = context.body?.tag === 'Search:Search' ? child(context.body, 'Search:Store') : undefined;
  const answer = store === undefined ? failed(S.invalid) : await searchOne(context, store);
  // A MIME body may be a stream.
  return streamedWbxml(el('Search:Search', el('Search:Status', S.ok), el('Search:Response', answer)));
}

async function searchOne(context: EasContext, store: WbxmlElement): Promise<WbxmlNode> {
  switch (textOf(store, 'Search:Name')?.trim().toLowerCase()) {
    case 'mailbox':
      return searchStore(context, store);
    case 'gal':
      return searchGal(context, store);
    case 'documentlibrary':
      return failed(libraryStatus(store));
    default:
      return failed(S.invalid);
  }
}

/** There are no document libraries behind this server: nobody has access to a share, and any other link is bad. */
function libraryStatus(store: WbxmlElement): number {
  const equal = child(child(store, 'Search:Query'), 'Search:EqualTo');
  const link = textOf(equal, 'Search:Value')?.trim();
  if (link === undefined || link === '') return S.invalid;
  return /^(?:\\\\|file:\/\/|https?:\/\/)[^\\/]/i.test(link) ? S.accessDenied : S.badLink;
}

function failed(status: number): WbxmlNode {
  return el('Search:Store', el('Search:Status', status));
}
