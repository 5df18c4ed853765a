import type { MailboxRef } from '../mail/types.ts';

export type EventKind = 'created' | 'newMail' | 'modified' | 'moved' | 'copied' | 'deleted' | 'freeBusy';

/** Something that happened in a mailbox, made of what its feeds say; content is never part of it. */
export interface LiveEvent {
  kind: EventKind;
  of: 'item' | 'folder';
  /** Of the item or the folder. */
  id: string;
  /** Folder in which it is, or was; null: at the top of the mailbox. */
  parentId: string | null;
  /** Of a move: where it was before; of a copy: where the first one was. */
  oldParentId: string | null;
  /** Of a copy: the first one. Otherwise null: what moves keeps its id. */
  oldId: string | null;
  /** modseq of the item or folder, null when it is gone. */
  modseq: number | null;
  /** Place in the order of changes: the modseq with which it happened. */
  at: number;
}

/** An item that was copied, by the feed's word an item like any other. */
export interface CopiedItem {
  itemId: string;
  fromItemId: string;
  fromFolderId: string;
}

/** What is watched of a mailbox. */
export interface WatchedPart {
  /** null: all folders, also those to come. */
  folderIds: readonly string[] | null;
  kinds: readonly EventKind[];
}

/** What a watcher knows of the folders it watches; the feeds say nothing of folders that went. */
export interface KnownTree {
  /** Parents by folder id. */
  parents: Readonly<Record<string, string | null>>;
  /** Folders that went, newest last, as long as somebody may ask for the time before. */
  gone: readonly { id: string; parentId: string | null; at: number }[];
}

export type SubscriptionKind = 'pull' | 'push' | 'streaming';

/** A subscription to what happens in a mailbox; it outlives requests, connections and deploys. */
export interface Subscription extends WatchedPart {
  subscriptionId: string;
  kind: SubscriptionKind;
  /** Mailbox that is watched. */
  ref: MailboxRef;
  /** Who watches; nobody else may ask for it. */
  userId: string;
  /** By which of their credentials they had signed in; null where it was not noted. */
  credentialId: string | null;
  /** Everything up to this modseq was told. Of a pull subscription: when it began. */
  position: number;
  tree: KnownTree;
  /** Milliseconds since the epoch; each use puts it off by `keptMs`. */
  expiresAt: number;
  keptMs: number;
  push: PushTarget | null;
}

interface PushTarget {
  url: string;
  callerData: string | null;
  /** How often to tell that nothing happened, milliseconds. */
  statusEvery: number;
  /** When to tell that nothing happened, milliseconds since the epoch. */
  statusAt: number;
  /** When to look for news, or to try again. */
  nextAt: number;
  /** Attempts in a row that failed. */
  failures: number;
}
