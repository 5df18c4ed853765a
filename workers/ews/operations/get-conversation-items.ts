import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { Operation } from '../context.ts';
import { conversationId } from '../conversations/element.ts';
import { loadConversation } from '../conversations/load.ts';
import { SchemaError } from '../errors.ts';
import { resolveFolder } from '../folders/resolve.ts';
import { renderItem } from '../items/render.ts';
import { readShape } from '../items/shape.ts';
import type { ItemView } from '../items/view.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_CONVERSATIONS = 100;
const MAX_ITEMS = 100;
const ORDERS = ['TreeOrderAscending', 'TreeOrderDescending', 'DateOrderAscending', 'DateOrderDescending'];

/** GetConversationItems (MS-OXWSCONV 3.1.4.3): the messages of conversations, each a node with what it answers. */
export const getConversationItems: Operation = async (request, context) => {
  const list = children(child(request, 'Conversations'), 'Conversation');
  if (list.length === 0 || list.length > MAX_CONVERSATIONS) {
    throw new SchemaError(`Conversations must hold 1 to ${MAX_CONVERSATIONS}.`);
  }
  const { shape, paths } = readShape(child(request, 'ItemShape'));
  const order = textOf(request, 'SortOrder') ?? 'TreeOrderAscending';
  if (!ORDERS.includes(order)) throw new SchemaError('SortOrder is none of the schema.');
  const asked = Number(textOf(request, 'MaxItemsToReturn') ?? MAX_ITEMS);
  if (!Number.isInteger(asked) || asked < 1)
    throw new SchemaError('MaxItemsToReturn must be a number above 0.');
  const ignored = new Set<string>();
  for (const folder of child(request, 'FoldersToIgnore')?.children ?? []) {
    ignored.add((await resolveFolder(context, folder)).folderId);
  }
  return eachMessage(context, 'GetConversationItemsResponseMessage', list, async (one) => {
    const { box, threadId, views } = await loadConversation(context, child(one, 'ConversationId'));
    const newestFirst = views
      .filter((view) => !ignored.has(view.state.folderId))
      .slice(0, Math.min(asked, MAX_ITEMS));
    const sorted = order.endsWith('Descending') ? newestFirst : newestFirst.toReversed();
    const nodes: XmlObject[] = [];
    for (const view of sorted) {
      const parent = parentOf(view, views);
      nodes.push({
        InternetMessageId:
          view.message?.messageIdHeader == null ? undefined : `<${view.message.messageIdHeader}>`,
        ParentInternetMessageId: parent === null ? undefined : `<${parent}>`,
        Items: { $: [await renderItem(view, shape, paths, context)] },
      });
    }
    const state = btoa(String(Math.max(0, ...views.map((view) => view.state.modseq))));
    return {
      Conversation: {
        ConversationId: conversationId(box, threadId),
        SyncState: state,
        ConversationNodes: { ConversationNode: nodes },
      },
    };
  });
};

/** Message-ID of the message that this one answers, by their conversation indexes (MS-OXOMSG 2.2.1.3), or null. */
function parentOf(view: ItemView, views: readonly ItemView[]): string | null {
  const own = view.message?.conversationIndex ?? '';
  const parent = own.slice(0, -10);
  if (parent === '') return null;
  const found = views.find((one) => one !== view && one.message?.conversationIndex === parent);
  return found?.message?.messageIdHeader ?? null;
}
