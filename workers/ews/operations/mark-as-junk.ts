import { InvalidInputError } from '../../../core/errors.ts';
import type { Message } from '../../../core/mail/types.ts';
import { factsOfMessage } from '../../../core/spam/facts.ts';
import {
  addToList,
  readSenderLists,
  removeFromLists,
  SENDER_LISTS_SETTING,
} from '../../../core/trust/lists.ts';
import { forgetTrustSettings } from '../../../platform/trust-settings.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { placeOf } from '../folders/resolve.ts';
import { flagOf } from '../folders/target.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { byPlace, eachItem, type Outcomes } from '../moving/each.ts';
import { moveViews } from '../moving/move.ts';

/**
 * MarkAsJunk (MS-OXWSCORE 3.1.4.8 of the 2013 additions): the filter learns the user's word, the sender is blocked or no
 * longer blocked, and on request the message goes into Junk Email or back to the Inbox.
 */
export const markAsJunk: Operation = async (request, context) => {
  const isJunk = flagOf(request.attributes['IsJunk'], 'IsJunk');
  const moves = flagOf(request.attributes['MoveItem'], 'MoveItem');
  return eachItem(context, 'MarkAsJunkResponseMessage', request, async (views) => {
    const outcomes: Outcomes = new Map();
    for (const { box, folderId, views: list } of byPlace(views)) {
      const messages = list.filter((view) => {
        const is = view.message !== null && view.element !== 'PostItem';
        if (!is)
          outcomes.set(view, new EwsError('ErrorInvalidOperation', 'Only messages can be marked as junk.'));
        return is;
      });
      const denied = await box.demand(folderId, 'write').then(
        () => null,
        (error: unknown) => {
          if (error instanceof EwsError) return error;
          throw error;
        },
      );
      if (denied === null) await mark(context, box, messages, { isJunk, moves }, outcomes);
      else for (const view of messages) outcomes.set(view, denied);
    }
    return outcomes;
  });
};

async function mark(
  context: EwsContext,
  box: Box,
  views: readonly ItemView[],
  { isJunk, moves }: { isJunk: boolean; moves: boolean },
  outcomes: Outcomes,
): Promise<void> {
  for (const { message } of views) {
    if (message === null || message.isDraft) continue;
    // What a move would teach is taught here, whether or not there is one: telling it twice teaches once.
    const label = isJunk ? 'spam' : 'ham';
    await context.services.spam.learn(box.ref, message.itemId, factsOfMessage(message), label);
  }
  await listSenders(
    context,
    box,
    views.flatMap((view) => view.message ?? []),
    isJunk,
  );
  for (const view of views) outcomes.set(view, {});
  if (!moves) return;
  const folder = (await box.folders()).find((one) => one.role === (isJunk ? 'junk' : 'inbox'));
  if (folder === undefined) throw new Error('the mailbox lacks a folder');
  const place = await placeOf(box, folder.folderId, 'write');
  for (const [view, moved] of await moveViews(context, views, { ...place, folder })) {
    const id = encodeId({ kind: 'item', mailboxId: box.ref.mailboxId, itemId: view.state.itemId });
    outcomes.set(
      view,
      moved instanceof EwsError ? moved : { MovedItemId: { '@Id': id, '@ChangeKey': changeKey(moved) } },
    );
  }
}

/** Senders from outside are put on the block list of the mailbox, or taken off it. */
async function listSenders(
  { services }: EwsContext,
  box: Box,
  messages: readonly Message[],
  block: boolean,
): Promise<void> {
  const senders = messages
    .filter(({ verdict }) => verdict !== null && verdict.source !== 'submitted')
    .flatMap(({ from }) => from.slice(0, 1).map(({ address }) => address));
  if (senders.length === 0) return;
  const before = readSenderLists(await box.store.getSetting(SENDER_LISTS_SETTING));
  let lists = before;
  for (const sender of new Set(senders)) {
    try {
      lists = block ? addToList(lists, 'block', [sender]) : removeFromLists(lists, [sender]);
    } catch (error) {
      // A sender that is no address, or a list that is full: the message is junk all the same.
      if (!(error instanceof InvalidInputError)) throw error;
    }
  }
  if (lists === before) return;
  await box.store.putSetting(SENDER_LISTS_SETTING, lists);
  forgetTrustSettings(services);
}
