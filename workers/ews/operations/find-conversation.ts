import { child } from '../../../codecs/soap/read.ts';
import type { ItemState } from '../../../core/mail/types.ts';
import type { Operation } from '../context.ts';
import { conversationElement } from '../conversations/element.ts';
import { membersOf } from '../conversations/load.ts';
import { itemsFound } from '../find/candidates.ts';
import { readPager } from '../find/page.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { message } from '../response-messages.ts';

const MAX_PAGE = 200;
/** Newest items of a folder among which conversations are looked for. */
const MAX_ITEMS = 20_000;
const PAGE = 1000;

/**
 * FindConversation (MS-OXWSCONV 3.1.4.2): conversations with a message in the folder, the one with the newest first. Its
 * answer stands by itself, without ResponseMessages.
 */
export const findConversation: Operation = (request, context) =>
  message(context, 'FindConversationResponseMessage', async () => {
    const pager = readPager(request, 'Item', MAX_PAGE);
    const { box, folder } = await resolveItemFolder(context, child(request, 'ParentFolderId')?.children[0]);
    const query = child(request, 'QueryString')?.text.trim() ?? '';
    const threads = new Map<string, ItemState[]>();
    const take = (states: readonly ItemState[]) => {
      for (const state of states) {
        if (state.threadId === '') continue;
        const members = threads.get(state.threadId);
        if (members === undefined) threads.set(state.threadId, [state]);
        else members.push(state);
      }
    };
    if (query !== '')
      take((await itemsFound(context, box, folder.folderId, query)).map((view) => view.state));
    else {
      for (let offset = 0; offset < MAX_ITEMS; offset += PAGE) {
        const states = await box.store.pageItems(
          folder.folderId,
          { by: 'received', descending: true },
          offset,
          PAGE,
        );
        take(states);
        if (states.length < PAGE) break;
      }
    }
    const all = [...threads.keys()];
    const { begin, end } = pager(all.length);
    const Conversation = [];
    for (const threadId of all.slice(begin, end)) {
      const everywhere = await membersOf(box, threadId);
      const here = everywhere.filter((view) => view.state.folderId === folder.folderId);
      if (here.length > 0) Conversation.push(conversationElement(box, threadId, here, everywhere));
    }
    return {
      Conversations: { Conversation },
      TotalConversationsInView: all.length,
      IndexedOffset: end,
    };
  });
