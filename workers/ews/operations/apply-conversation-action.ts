import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { type Conversation, loadConversation } from '../conversations/load.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { resolveFolder, resolveItemFolder } from '../folders/resolve.ts';
import { flagOf } from '../items/editors/flag.ts';
import type { ItemView } from '../items/view.ts';
import { deleteViews } from '../moving/delete.ts';
import { moveViews } from '../moving/move.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_ACTIONS = 100;

/**
 * ApplyConversationAction (MS-OXWSCONV 3.1.4.1). The actions with Always also count for what is yet to come: AlwaysMove and
 * AlwaysDelete are kept as the rule of the conversation. Categories are for the messages that are there.
 */
export const applyConversationAction: Operation = (request, context) => {
  const list = children(child(request, 'ConversationActions'), 'ConversationAction');
  if (list.length === 0 || list.length > MAX_ACTIONS) {
    throw new SchemaError(`ConversationActions must hold 1 to ${MAX_ACTIONS} actions.`);
  }
  return eachMessage(context, 'ApplyConversationActionResponseMessage', list, (one) => apply(one, context));
};

async function apply(action: XmlElement, context: EwsContext): Promise<XmlObject> {
  const name = textOf(action, 'Action') ?? '';
  const act = ACTIONS[name];
  if (act === undefined) {
    throw new EwsError(
      'ErrorApplyConversationActionFailed',
      `The action ${name.slice(0, 40)} is not supported.`,
    );
  }
  const conversation = await loadConversation(context, child(action, 'ConversationId'));
  const within = child(action, 'ContextFolderId')?.children[0] ?? null;
  const folderId = within === null ? null : (await resolveFolder(context, within)).folderId;
  const views =
    folderId === null
      ? conversation.views
      : conversation.views.filter((one) => one.state.folderId === folderId);
  await act({ action, conversation, views, context });
  return {};
}

interface Order {
  action: XmlElement;
  conversation: Conversation;
  /** Messages that are meant. */
  views: ItemView[];
  context: EwsContext;
}

const ACTIONS: Readonly<Record<string, (order: Order) => Promise<void>>> = {
  AlwaysMove: async (order) => {
    const { conversation, context } = order;
    const to = await destination(order);
    const stop = to.folder.role === 'inbox';
    await conversation.box.store.setConversationRule(conversation.threadId, stop ? null : to.folderId);
    failed(
      await moveViews(
        context,
        order.views.filter((one) => one.state.folderId !== to.folderId),
        to,
      ),
    );
  },
  AlwaysDelete: async (order) => {
    const { action, conversation } = order;
    const { box, threadId } = conversation;
    const enabled = /^(?:true|1)$/.test(textOf(action, 'EnableAlwaysDelete') ?? '');
    const trash = (await box.folders()).find((one) => one.role === 'deleted');
    await box.store.setConversationRule(threadId, enabled && trash !== undefined ? trash.folderId : null);
    if (enabled) await remove(order, true);
  },
  AlwaysCategorize: async ({ action, views }) => {
    const categories = children(child(action, 'Categories'), 'String').map((one) => one.text);
    await mark(views, () => ({ categories }));
  },
  Move: async (order) => {
    const to = await destination(order);
    failed(
      await moveViews(
        order.context,
        order.views.filter((one) => one.state.folderId !== to.folderId),
        to,
      ),
    );
  },
  Delete: (order) => remove(order, textOf(order.action, 'DeleteType') === 'MoveToDeletedItems'),
  SetReadState: async ({ action, views }) => {
    const isRead = /^(?:true|1)$/.test(textOf(action, 'IsRead') ?? '');
    await mark(views, () => ({ isRead }));
  },
  Flag: async ({ action, views }) => {
    const element = child(action, 'Flag');
    if (element === null) throw new SchemaError('Flag is required.');
    const flag = flagOf(element);
    await mark(views, () => ({ flag }));
  },
};

function destination({ action, context }: Order) {
  const named = child(action, 'DestinationFolderId')?.children[0];
  return resolveItemFolder(context, named, 'write');
}

async function remove({ views, context }: Order, toDeletedItems: boolean): Promise<void> {
  const there = toDeletedItems ? await outsideTrash(views) : views;
  failed(
    await deleteViews(context, there, {
      toDeletedItems,
      sendMeetings: 'SendToNone',
      affectedTasks: 'AllOccurrences',
    }),
  );
}

async function outsideTrash(views: readonly ItemView[]): Promise<ItemView[]> {
  const [first] = views;
  const trash = (await first?.box.folders())?.find((one) => one.role === 'deleted');
  return views.filter((view) => view.state.folderId !== trash?.folderId);
}

async function mark(
  views: readonly ItemView[],
  change: (view: ItemView) => Omit<Parameters<ItemView['box']['store']['setFlags']>[0][number], 'itemId'>,
): Promise<void> {
  const [first] = views;
  if (first === undefined) return;
  const { box } = first;
  for (const view of views) await box.demand(view.state.folderId, 'write');
  const changes = await box.store.setFlags(
    views.map((view) => ({ itemId: view.state.itemId, ...change(view) })),
  );
  await box.tell(changes.filter((one) => one.outcome === 'changed'));
}

function failed(outcomes: ReadonlyMap<ItemView, unknown>): void {
  for (const outcome of outcomes.values()) if (outcome instanceof EwsError) throw outcome;
}
