import type { ItemClass, ItemState } from '../mail/types.ts';
import type { MailboxStore } from '../ports/mail.ts';
import type { SyncOptions } from './options.ts';

const DAY = 86_400_000;

/** Days behind each FilterType (MS-ASCMD 2.2.3.68.2); 0 and unknown values mean no limit. */
const DAYS: Record<number, number> = { 1: 1, 2: 3, 3: 7, 4: 14, 5: 31, 6: 93, 7: 186 };

/** FilterTypes that each class knows (MS-ASCMD 2.2.3.68.2). Contacts and Notes ignore it. */
const VALID: Partial<Record<ItemClass, readonly number[]>> = {
  Email: [0, 1, 2, 3, 4, 5],
  Calendar: [0, 4, 5, 6, 7],
  Tasks: [0, 8],
};

/** Most messages of the conversations of one page that are looked at. */
const CONVERSATION_LIMIT = 2_000;

/** Time before which items are outside the window of the FilterType; 0 when there is no limit. */
export function filterCutoff(filterType: number, now: number): number {
  const days = DAYS[filterType];
  return days === undefined ? 0 : now - days * DAY;
}

/** Whether a class of items knows this FilterType. */
export function isFilterTypeOf(itemClass: ItemClass, filterType: number): boolean {
  return VALID[itemClass]?.includes(filterType) ?? true;
}

/** The window of a FilterType over one folder, by itself or with whole conversations (MS-ASCMD 2.2.3.37.2). */
export class FilterWindow {
  readonly since: number;
  readonly #mailbox: MailboxStore;
  readonly #folderId: string;
  readonly #conversations: boolean;

  constructor(mailbox: MailboxStore, folderId: string, options: SyncOptions, now: number) {
    this.since = filterCutoff(options.filterType, now);
    this.#mailbox = mailbox;
    this.#folderId = folderId;
    this.#conversations = options.conversationMode && this.since > 0;
  }

  /** Of these items those that belong to the window. */
  async inside(items: readonly ItemState[]): Promise<Set<string>> {
    const inside = new Set(items.filter((i) => i.receivedAt >= this.since).map((i) => i.itemId));
    const older = items.filter((i) => i.receivedAt < this.since && i.threadId !== '');
    if (!this.#conversations || older.length === 0) return inside;
    const members = await this.#members(older);
    const alive = new Set(members.filter((m) => m.receivedAt >= this.since).map((m) => m.threadId));
    for (const item of older) if (alive.has(item.threadId)) inside.add(item.itemId);
    return inside;
  }

  /** Older messages that come into the window with these, by conversation. */
  async companions(items: readonly ItemState[]): Promise<Map<string, ItemState[]>> {
    const byThread = new Map<string, ItemState[]>();
    if (!this.#conversations) return byThread;
    for (const member of await this.#members(items)) {
      if (member.receivedAt >= this.since) continue;
      const list = byThread.get(member.threadId) ?? [];
      byThread.set(member.threadId, [...list, member]);
    }
    return byThread;
  }

  #members(items: readonly ItemState[]): Promise<ItemState[]> {
    const threads = [...new Set(items.map((i) => i.threadId).filter((id) => id !== ''))];
    return this.#mailbox.threadMembers(this.#folderId, threads, CONVERSATION_LIMIT);
  }
}
