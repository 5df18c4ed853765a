import { child, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { findGal } from '../people/gal-search.ts';
import { type FindAnswer, findInMailbox, invalid } from '../search/find-mailbox.ts';
import { STATUS } from '../status.ts';

/** Longest SearchId; clients use GUIDs. */
const MAX_SEARCH_ID = 256;

/** Find (MS-ASCMD 2.2.1.2), which exists in 16.1 alone. */
export async function find(context: EasContext): Promise<Reply> {
  const { status, response } = await answer(context);
  return wbxml(el('Find:Find', el('Find:Status', status), response));
}

async function answer(context: EasContext): Promise<FindAnswer> {
  const root = context.body?.tag === 'Find:Find' ? context.body : undefined;
  const searchId = textOf(root, 'Find:SearchId')?.trim() ?? '';
  const execute = child(root, 'Find:ExecuteSearch');
  if (searchId === '' || searchId.length > MAX_SEARCH_ID || execute === undefined) return invalid();
  if (child(execute, 'Find:GalSearchCriterion') !== undefined) {
    const response = await findGal(context, execute);
    return { status: statusOf(response) === 2 ? 2 : STATUS.find.ok, response };
  }
  const criterion = child(execute, 'Find:MailBoxSearchCriterion');
  return criterion === undefined ? invalid() : findInMailbox(context, criterion, searchId);
}

function statusOf(response: WbxmlNode): number {
  const status = response.content.find(
    (c): c is WbxmlNode => typeof c === 'object' && 'tag' in c && c.tag === 'Find:Status',
  );
  return Number(status?.content[0]);
}
