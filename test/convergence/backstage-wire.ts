import type { Folder, MailboxRef } from '../../core/mail/types.ts';
import type { ItemKind } from '../../core/pim/types.ts';

/** A change of an event, contact, task or note. */
type ItemAct = 'changeItem' | 'moveItem' | 'removeItem' | 'touchItem';

/** A change by somebody who is no device. Numbers choose among what is there at the moment. */
export interface Act {
  what:
    | ItemAct
    | 'read'
    | 'flag'
    | 'categories'
    | 'move'
    | 'remove'
    | 'createFolder'
    | 'renameFolder'
    | 'deleteFolder';
  folder: number;
  pick: number;
  value: number;
}

/** Items that were removed for good. */
export type ActResult = { itemId: string; subject: string }[];

export interface TrueItem {
  itemId: string;
  folderId: string;
  receivedAt: number;
  threadId: string;
  isRead: boolean;
  flag: number;
  categories: string[];
  isDraft: boolean;
  subject: string;
  text: string;
  size: number;
}

/** What is no message. */
export interface TrueOther {
  itemId: string;
  folderId: string;
  kind: ItemKind;
  receivedAt: number;
  subject: string;
  body: string;
  categories: string[];
  done: boolean;
  weekly: boolean;
  size: number;
}

/** What is in a mailbox, past every protocol. */
export interface Truth {
  folders: Folder[];
  items: TrueItem[];
  others: TrueOther[];
  usage: { exists: boolean; sizeBytes: number; itemCount: number; modseq: number };
}

export type BackstageCall =
  | { op: 'truth'; ref: MailboxRef }
  | { op: 'modseq'; ref: MailboxRef }
  | { op: 'deliver'; ref: MailboxRef; raw: string; receivedAt: number }
  | { op: 'act'; ref: MailboxRef; act: Act };
