import type {
  Correspondent,
  Folder,
  FolderRole,
  ItemClass,
  ItemState,
  LastVerb,
  MailboxRef,
  Message,
  MessageFlag,
  MessagePart,
  NewMessage,
  StoredProperty,
  Tombstone,
} from '../mail/types.ts';
import type { AclStore } from './acl.ts';
import type { AutomaticLog, DeliveryReportStore, RuleStore } from './automatic.ts';
import type { ItemFinding } from './finding.ts';
import type { PimDueStore, PimStore } from './pim.ts';
import type { MailKeeping } from './removed.ts';

/** Keyset position in a folder's change feed: after this modseq and item. */
export interface FeedCursor {
  modseq: number;
  itemId: string;
}

/** Keyset position in a folder's snapshot, newest first: before this time and item. null is the start. */
export interface SnapshotCursor {
  receivedAt: number;
  itemId: string;
}

export type FeedEntry = { kind: 'item'; item: ItemState } | { kind: 'gone'; tombstone: Tombstone };

export interface InsertResult {
  /**
   * inserted: the message is new. present: this very item was inserted by an earlier attempt.
   * duplicate: another item of this mailbox has the same dedupe key.
   */
  outcome: 'inserted' | 'present' | 'duplicate';
  itemId: string;
  folderId: string;
  /** modseq of the mailbox's item now (for `duplicate`, of the item that was there first). */
  modseq: number;
  rawKey: string;
}

export interface FlagChange {
  itemId: string;
  isRead?: boolean;
  /** null clears the flag. */
  flag?: MessageFlag | null;
  categories?: string[];
}

/** Properties to put over those that are there; null takes one away. */
export type ExtendedPatch = Readonly<Record<string, StoredProperty | null>>;

export interface ExtendedChange {
  itemId: string;
  properties: ExtendedPatch;
}

export interface ItemChange {
  itemId: string;
  /** notFound: no such item in this mailbox. unchanged: it already was so; modseq is its present one. */
  outcome: 'changed' | 'unchanged' | 'notFound';
  folderId: string;
  modseq: number;
}

/** What a folder is and how far it has come. */
export type FolderHead = Pick<Folder, 'role' | 'itemClass' | 'contentModseq'>;

export interface FolderCounts {
  total: number;
  unread: number;
  /** Bytes. */
  size: number;
}

/** A change to the folder tree. modseq is the mailbox's after it. */
export interface FolderChange {
  folder: Folder;
  modseq: number;
}

/**
 * One mailbox. Every statement behind it carries tenant and mailbox (I25); every write is one atomic list
 * of statements which also raises the mailbox's modseq (I13).
 */
export interface MailboxStore
  extends AclStore,
    MailKeeping,
    ItemFinding,
    PimStore,
    RuleStore,
    DeliveryReportStore,
    AutomaticLog {
  readonly ref: MailboxRef;

  /** Creates the mailbox row and its default folders; repeating it changes nothing. */
  create(now: number): Promise<void>;
  folders(): Promise<Folder[]>;
  folderByRole(role: FolderRole): Promise<Folder | null>;
  /**
   * New folder of role `user`. Rejects with NotFoundError when the parent is not there and with ConflictError when
   * the parent has a folder of that name already (names are compared without case).
   */
  createFolder(folder: {
    folderId: string;
    parentId: string | null;
    displayName: string;
    itemClass: ItemClass;
  }): Promise<FolderChange>;
  /**
   * Renames and moves a folder. Rejects like createFolder, with NotFoundError when the folder itself is not there,
   * and with InvalidInputError when the new parent is the folder or lies below it.
   */
  updateFolder(
    folderId: string,
    change: { parentId: string | null; displayName: string },
  ): Promise<FolderChange>;
  /**
   * Removes a folder, those below it and every item in them for good, leaving tombstones with their raw keys. Ids
   * of the folders that went; NotFoundError when there is no such folder. In bounded steps: safe to repeat.
   */
  deleteFolder(folderId: string, now: number): Promise<string[]>;
  /** Items of these folders are removed for good, in bounded steps. Number of removed items. */
  emptyFolders(folderIds: string[], now: number): Promise<number>;

  /** Bytes of raw mail and documents, and number of messages; `exists` false when the mailbox was never created. */
  usage(): Promise<{ exists: boolean; sizeBytes: number; itemCount: number; modseq: number }>;

  /** contentModseq of the folders that exist, by folder id. One read, whatever the size of the folders. */
  contentModseqs(folderIds: string[]): Promise<Map<string, number>>;
  /** The same with what the folders are for. */
  folderHeads(folderIds: string[]): Promise<Map<string, FolderHead>>;
  /** How many items lie in these folders; a folder without items, or none, is 0. Cost grows with the items. */
  folderCounts(folderIds: readonly string[]): Promise<Map<string, FolderCounts>>;
  /** Changes of a folder after the cursor in order of (modseq, itemId), items and tombstones together, at most `limit`. */
  changes(folderId: string, after: FeedCursor, limit: number): Promise<FeedEntry[]>;
  /** What the feeds of these folders say of these items having gone from them, in no order. */
  tombstonesOf(folderIds: readonly string[], itemIds: readonly string[]): Promise<Tombstone[]>;
  /** Items of a folder newest first, with receivedAt >= `since`, before the cursor, at most `limit`. */
  snapshot(
    folderId: string,
    since: number,
    before: SnapshotCursor | null,
    limit: number,
  ): Promise<ItemState[]>;
  /**
   * A page of a folder's items as a list shows them: by the time they were received, or by when they came into the folder
   * (`createdModseq`); items of one moment by their ids. `offset` counts from the beginning of the list.
   */
  pageItems(
    folderId: string,
    order: { by: 'received' | 'entered'; descending: boolean },
    offset: number,
    limit: number,
  ): Promise<ItemState[]>;
  countSnapshot(folderId: string, since: number, before: SnapshotCursor | null): Promise<number>;
  itemStates(itemIds: string[]): Promise<ItemState[]>;
  /** Items of a folder that belong to these conversations, newest first, at most `limit`. */
  threadMembers(folderId: string, threadIds: string[], limit: number): Promise<ItemState[]>;

  /** Messages with their attachments, in the order asked for; unknown ids are left out. */
  messages(itemIds: string[]): Promise<Message[]>;
  parts(itemId: string): Promise<MessagePart[]>;
  part(itemId: string, partNo: number): Promise<{ rawKey: string; part: MessagePart } | null>;
  /**
   * Other Message-IDs of messages, under which replies may name them: `threadOf` and `itemsWithMessageId` know them
   * from then on. One that is known stays with its message. Does nothing without the mailbox.
   */
  addMessageIdAliases(aliases: readonly { alias: string; messageId: string }[]): Promise<void>;
  /** Thread of the most relevant of these Message-IDs (best first) that the mailbox holds, or null. */
  threadOf(messageIds: string[]): Promise<string | null>;
  /** Thread of the newest message with this base subject received at or after `since`, or null. */
  threadOfSubject(baseSubject: string, since: number): Promise<string | null>;
  /** Which of these raw keys have a message or a tombstone in this mailbox. For the reconciler (I6). */
  knownRawKeys(rawKeys: string[]): Promise<Set<string>>;
  /** Raw keys of messages in order of item id, for checking that their blobs exist (I7). */
  rawKeys(afterItemId: string, limit: number): Promise<{ itemId: string; rawKey: string }[]>;

  /** One atomic write for each message: item, message, parts, folder and mailbox counters. Idempotent (I8, I9). */
  insert(message: NewMessage): Promise<InsertResult>;
  /** Several in one atomic write, in order; each has its own modseq. All or nothing. */
  insertMany(messages: NewMessage[]): Promise<InsertResult[]>;
  /**
   * Puts other content in the place of an item that stays the same item in the same folder (a draft that is saved
   * again): raw, facts and parts. `message.itemId` names it; its flags stay. notFound when it is not there.
   */
  replaceContent(message: NewMessage): Promise<ItemChange>;
  setFlags(changes: FlagChange[]): Promise<ItemChange[]>;
  /**
   * Changes the MAPI properties that are kept with items, a change of content. @throws InvalidInputError for more than
   * 64 KB of them with one item
   */
  setExtended(changes: ExtendedChange[]): Promise<ItemChange[]>;
  /** The same of a folder. @throws NotFoundError, InvalidInputError */
  setFolderExtended(folderId: string, properties: ExtendedPatch): Promise<FolderChange>;
  /** Notes what the user did with messages; a change of content (MS-ASEMAIL 3.2.5.6). */
  setLastVerb(itemIds: string[], verb: LastVerb, at: number): Promise<ItemChange[]>;
  /** `from` limits the move to items that are in that folder. Each has a modseq of its own, in the order of the list. */
  move(itemIds: string[], toFolderId: string, from?: string): Promise<ItemChange[]>;
  /** Removes for good; tombstones keep the raw key. `from` limits it to items that are in that folder. */
  remove(itemIds: string[], now: number, from?: string): Promise<ItemChange[]>;

  /** Items of a conversation in all folders, newest first, at most `limit`. */
  threadItems(threadId: string, limit: number): Promise<ItemState[]>;
  /** Folders into which mail of these conversations goes when it arrives (MS-ASCMD 2.2.3.111, MoveAlways). */
  conversationRules(threadIds: string[]): Promise<Map<string, string>>;
  /** null ends the rule. */
  setConversationRule(threadId: string, folderId: string | null): Promise<void>;

  /** Counts a message to each of these people; makes or changes their items in the recipientCache folder. */
  noteCorrespondents(people: { address: string; name: string }[], now: number): Promise<void>;
  /** In the order asked for; unknown ids are left out. */
  correspondents(itemIds: string[]): Promise<Correspondent[]>;

  /** A named JSON value of the mailbox (e.g. `oof`), or null. */
  getSetting(name: string): Promise<unknown>;
  putSetting(name: string, value: unknown): Promise<void>;
}

export interface MailStore extends PimDueStore {
  mailbox(ref: MailboxRef): MailboxStore;
  /** Names of the configured shards. */
  shards(): string[];
  /** Of all mailboxes of a tenant: reads one small row of each. */
  tenantTotals(
    tenantId: string,
    shard: string,
  ): Promise<{ mailboxes: number; itemCount: number; sizeBytes: number }>;
  /** Cheap proof that every shard answers. */
  ping(): Promise<void>;
}
