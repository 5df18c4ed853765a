import type { ItemClass, ItemState } from '../mail/types.ts';
import { ENDLESS, type ItemKind } from '../pim/types.ts';
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

/** Of tasks: those that are to be done (MS-ASCMD 2.2.3.68.2). Nothing else lies at that time. */
const INCOMPLETE = 8;

/** Time before which items are outside the window of the FilterType; 0 when there is no limit. */
export function filterCutoff(filterType: number, now: number): number {
  if (filterType === INCOMPLETE) return ENDLESS;
  const days = DAYS[filterType];
  return days === undefined ? 0 : now - days * DAY;
}

/** Whether a class of items knows this FilterType. */
export function isFilterTypeOf(itemClass: ItemClass, filterType: number): boolean {
  return VALID[itemClass]?.includes(filterType) ?? true;
}

/** What of a folder a device is shown. */
export interface Shown {
  folderId: string;
  /** undefined: not known, everything. */
  itemClass: ItemClass | undefined;
  options: SyncOptions;
}

/**
 * The window of a FilterType over one folder, by itself or with whole conversations (MS-ASCMD 2.2.3.37.2). Of a folder
 * of mail it has messages, and text messages for who asks for them: Deleted Items holds items of every class.
 */
export class FilterWindow {
  /** Nothing received before this is inside. */
  readonly since: number;
  /** Everything received before this is to be looked at again; `isPlain` when nothing of it can be inside. */
  readonly until: number;
  readonly isPlain: boolean;
  readonly #mailbox: MailboxStore;
  readonly #folderId: string;
  readonly #conversations: boolean;
  readonly #isMail: boolean;
  /** By kind; a kind that is not shown is not there. */
  readonly #cutoffs: ReadonlyMap<ItemKind, number>;
  readonly #usual: number;

  constructor(mailbox: MailboxStore, { folderId, itemClass, options }: Shown, now: number) {
    this.#mailbox = mailbox;
    this.#folderId = folderId;
    this.#isMail = itemClass === 'Email';
    this.#usual = filterCutoff(options.filterType, now);
    this.#cutoffs = this.#isMail ? mailCutoffs(options, now) : new Map();
    const cutoffs = this.#isMail ? [...this.#cutoffs.values()] : [this.#usual];
    this.since = cutoffs.length === 0 ? ENDLESS : Math.min(...cutoffs);
    this.until = cutoffs.length === 0 ? ENDLESS : Math.max(...cutoffs);
    this.#conversations = options.conversationMode && this.#usual > 0;
    this.isPlain = !this.#conversations && this.since === this.until;
  }

  /** Of these items those that belong to the window. */
  async inside(items: readonly ItemState[]): Promise<Set<string>> {
    const inside = new Set(items.filter((i) => i.receivedAt >= this.#cutoffOf(i)).map((i) => i.itemId));
    if (!this.#conversations) return inside;
    const older = items.filter((i) => this.#joins(i) && i.receivedAt < this.#usual);
    if (older.length === 0) return inside;
    const members = await this.#members(older);
    const alive = new Set(members.filter((m) => m.receivedAt >= this.#usual).map((m) => m.threadId));
    for (const item of older) if (alive.has(item.threadId)) inside.add(item.itemId);
    return inside;
  }

  /** Older messages that come into the window with these, by conversation. */
  async companions(items: readonly ItemState[]): Promise<Map<string, ItemState[]>> {
    const byThread = new Map<string, ItemState[]>();
    if (!this.#conversations) return byThread;
    for (const member of await this.#members(items)) {
      if (member.receivedAt >= this.#usual) continue;
      const list = byThread.get(member.threadId) ?? [];
      byThread.set(member.threadId, [...list, member]);
    }
    return byThread;
  }

  #cutoffOf({ kind }: ItemState): number {
    return this.#isMail ? (this.#cutoffs.get(kind) ?? Number.POSITIVE_INFINITY) : this.#usual;
  }

  /** Whether an item may come in with its conversation. */
  #joins({ kind, threadId }: ItemState): boolean {
    return kind === 'message' && threadId !== '' && (!this.#isMail || this.#cutoffs.has(kind));
  }

  async #members(items: readonly ItemState[]): Promise<ItemState[]> {
    const threads = [...new Set(items.filter((i) => this.#joins(i)).map((i) => i.threadId))];
    const members = await this.#mailbox.threadMembers(this.#folderId, threads, CONVERSATION_LIMIT);
    return members.filter((m) => this.#joins(m));
  }
}

function mailCutoffs({ mail, sms, filterType }: SyncOptions, now: number): Map<ItemKind, number> {
  const cutoffs = new Map<ItemKind, number>();
  if (mail) cutoffs.set('message', filterCutoff(filterType, now));
  if (sms !== null) cutoffs.set('sms', filterCutoff(sms.filterType, now));
  return cutoffs;
}
