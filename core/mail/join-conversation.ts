/** What a new message takes over from the conversation it belongs to: its thread, its index, its folder. */
import type { MailboxStore } from '../ports/mail.ts';
import { replyIndex, rootIndex } from './conversation-index.ts';
import { Threader, type ThreadFacts, threadCandidates } from './threading.ts';
import type { Message, NewMessage } from './types.ts';

/** A message that is complete but for its conversation. */
export interface Newcomer {
  message: NewMessage;
  thread: ThreadFacts;
  /** The index that its own header gives, or null. */
  ownIndex: string | null;
}

type Conversations = Pick<
  MailboxStore,
  'threadOf' | 'threadOfSubject' | 'threadItems' | 'messages' | 'conversationRules' | 'folders'
>;

/** Messages of a conversation among which the one that is answered is looked for, newest first. */
const MAX_KIN = 20;

/**
 * Gives the new messages of one mailbox their conversation, in order, so that siblings find each other. For a plain
 * new message nothing is read.
 */
export async function joinConversations(
  mailbox: Conversations,
  newcomers: readonly Newcomer[],
): Promise<NewMessage[]> {
  const threader = new Threader(mailbox);
  const kin = new Kin(mailbox);
  const messages: NewMessage[] = [];
  for (const newcomer of newcomers) {
    const threadId = await threader.place(newcomer.thread);
    const conversationIndex = await kin.indexOf(newcomer, threadId);
    messages.push({ ...newcomer.message, threadId, conversationIndex });
  }
  return followRules(mailbox, newcomers, messages);
}

function isAnswer({ thread }: Newcomer): boolean {
  return thread.isReply || threadCandidates(thread).length > 0;
}

/** The conversation indexes of what the mailbox holds, and of what was placed before in the same round. */
class Kin {
  readonly #mailbox: Conversations;
  readonly #byMessageId = new Map<string, string>();
  readonly #byThread = new Map<string, string>();

  constructor(mailbox: Conversations) {
    this.#mailbox = mailbox;
  }

  async indexOf(newcomer: Newcomer, threadId: string): Promise<string> {
    const index = newcomer.ownIndex ?? (await this.#derive(newcomer, threadId));
    const { messageId } = newcomer.thread;
    if (messageId !== null) this.#byMessageId.set(messageId, index);
    this.#byThread.set(threadId, index);
    return index;
  }

  async #derive(newcomer: Newcomer, threadId: string): Promise<string> {
    const at = newcomer.message.sentAt ?? newcomer.message.receivedAt;
    if (!isAnswer(newcomer)) return rootIndex(at);
    const candidates = threadCandidates(newcomer.thread);
    const near = candidates.find((id) => this.#byMessageId.has(id));
    const parent =
      this.#byMessageId.get(near ?? '') ??
      (await this.#stored(threadId, candidates)) ??
      this.#byThread.get(threadId);
    return parent === undefined ? rootIndex(at) : replyIndex(parent, at);
  }

  async #stored(threadId: string, candidates: string[]): Promise<string | undefined> {
    const items = await this.#mailbox.threadItems(threadId, MAX_KIN);
    if (items.length === 0) return undefined;
    const messages = await this.#mailbox.messages(items.map((item) => item.itemId));
    const answered = candidates
      .map((id) => messages.find((m) => m.messageIdHeader === id))
      .find((m): m is Message => m !== undefined);
    return (answered ?? messages[0])?.conversationIndex;
  }
}

/** Mail of a conversation that its owner always moves goes there at once (MS-ASCMD 2.2.3.117, MoveAlways). */
async function followRules(
  mailbox: Conversations,
  newcomers: readonly Newcomer[],
  messages: NewMessage[],
): Promise<NewMessage[]> {
  const followers = messages.filter((message, n) => {
    const newcomer = newcomers[n];
    return (
      message.folderRole === 'inbox' &&
      message.folderId === undefined &&
      newcomer !== undefined &&
      isAnswer(newcomer)
    );
  });
  if (followers.length === 0) return messages;
  const rules = await mailbox.conversationRules([...new Set(followers.map((m) => m.threadId))]);
  if (rules.size === 0) return messages;
  // A rule may name a folder that is gone: then the Inbox it is.
  const folders = new Set((await mailbox.folders()).map((folder) => folder.folderId));
  return messages.map((message) => {
    const folderId = followers.includes(message) ? rules.get(message.threadId) : undefined;
    return folderId === undefined || !folders.has(folderId) ? message : { ...message, folderId };
  });
}
