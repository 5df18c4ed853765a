import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf } from '../../../codecs/soap/read.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { decodeId } from '../ids/id.ts';
import { viewsOf } from '../items/load.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';

/** Messages of one conversation that are looked at, the newest. */
const MAX_MEMBERS = 500;

/** A conversation of a mailbox, newest message first, as far as the user may see it. */
export interface Conversation {
  box: Box;
  threadId: string;
  views: ItemView[];
}

/** The conversation of a ConversationId. @throws EwsError ErrorInvalidIdMalformed, ErrorItemNotFound */
export async function loadConversation(
  context: EwsContext,
  element: XmlElement | null,
): Promise<Conversation> {
  const id = decodeId(attributeOf(element, 'Id') ?? '');
  if (id.kind !== 'conversation') {
    throw new EwsError('ErrorInvalidIdMalformed', 'The Id is not that of a conversation.');
  }
  const notFound = () =>
    new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const box = await context.open({ id: id.mailboxId }).catch((error: unknown) => {
    throw error instanceof EwsError ? notFound() : error;
  });
  const views = await membersOf(box, id.threadId);
  if (views.length === 0) throw notFound();
  return { box, threadId: id.threadId, views };
}

export async function membersOf(box: Box, threadId: string): Promise<ItemView[]> {
  const states = await box.store.threadItems(threadId, MAX_MEMBERS);
  const seen = [];
  for (const state of states) if ((await box.access(state.folderId)).rights.has('read')) seen.push(state);
  return viewsOf(box, seen);
}
