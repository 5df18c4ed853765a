import type { Folder, MailboxRef } from '../../core/mail/types.ts';

/** A change by somebody who is no device. Numbers choose among what is there at the moment. */
export interface Act {
  what: 'read' | 'flag' | 'categories' | 'move' | 'remove' | 'createFolder' | 'renameFolder' | 'deleteFolder';
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

/** What is in a mailbox, past every protocol. */
export interface Truth {
  folders: Folder[];
  items: TrueItem[];
  usage: { exists: boolean; sizeBytes: number; itemCount: number; modseq: number };
}

export type BackstageCall =
  | { op: 'truth'; ref: MailboxRef }
  | { op: 'modseq'; ref: MailboxRef }
  | { op: 'deliver'; ref: MailboxRef; raw: string; receivedAt: number }
  | { op: 'act'; ref: MailboxRef; act: Act };
