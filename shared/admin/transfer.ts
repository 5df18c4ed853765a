import * as z from 'zod';

/** A folder of a mailbox that is taken out or put in. */
export const transferFolder = z.object({
  folderId: z.string(),
  parentId: z.string().nullable(),
  displayName: z.string(),
  role: z.string(),
  itemClass: z.enum(['Email', 'Calendar', 'Contacts', 'Tasks', 'Notes']),
});
export type TransferFolder = z.infer<typeof transferFolder>;

/** What a mailbox has beside its items. */
export const transferFrameView = z.object({
  address: z.string(),
  folders: z.array(transferFolder),
  rules: z.array(z.unknown()),
  settings: z.record(z.string(), z.unknown()).describe('Values by their names, e.g. `oof`.'),
});
export type TransferFrameView = z.infer<typeof transferFrameView>;

/**
 * The header of one item in the stream of `GET …/export` and `POST …/import` (codecs/frames): a message with its raw as
 * body, another item with its document, or a file of an event. The last header of an export tells where to go on.
 */
export type TransferHeader = TransferMessage | TransferObject | TransferFile | TransferLost | TransferNext;

/** What is known of a message beside its raw. Left out of an import: as if it were new. */
export interface TransferMessage {
  type: 'message';
  /** Of an import: names the item, so that the same again is the same. */
  key?: string | undefined;
  itemId?: string | undefined;
  folderId: string;
  receivedAt: number;
  isRead: boolean;
  flag?: object | null | undefined;
  categories?: string[] | undefined;
  state?: TransferState | undefined;
}

/** What only an installation of Waypost says of a message. */
interface TransferState {
  dedupeKey: string;
  threadId: string;
  conversationIndex: string;
  isDraft: boolean;
  receivedAsBcc: boolean;
  lastVerb: 0 | 1 | 2 | 3;
  lastVerbAt: number | null;
  importance: 'low' | 'normal' | 'high';
  verdict: object | null;
  /** Folder role of its envelope: the owner's own messages know their blind-copy recipients. */
  role: string;
  mailFrom: string;
}

export interface TransferObject {
  type: 'object';
  key?: string | undefined;
  itemId?: string | undefined;
  folderId: string;
  kind: 'event' | 'contact' | 'task' | 'note' | 'sms';
  document: unknown;
  /** Of an import: not when the folder has one of the same UID. */
  unlessKnown?: boolean | undefined;
}

/** A file that the document of an item names. */
export interface TransferFile {
  type: 'file';
  key?: string | undefined;
  itemId?: string | undefined;
  attachmentId: string;
}

/** The raw of a message is gone. */
interface TransferLost {
  type: 'lost';
  itemId: string;
  folderId: string;
}

interface TransferNext {
  type: 'next';
  /** null: that was all. */
  cursor: string | null;
}

export const importOutcome = z
  .enum(['imported', 'present', 'over-quota', 'too-large', 'invalid', 'no-folder', 'failed'])
  .describe('present: it is there already.');
export type ImportOutcome = z.infer<typeof importOutcome>;

export const importView = z.object({
  outcomes: z.array(importOutcome).describe('One for each item of the request, in order.'),
});
export type ImportView = z.infer<typeof importView>;

/** Makes folders be there: those with a role are the mailbox's own, others are found by their place and name. */
export interface ImportFolders {
  folders: TransferFolder[];
}

export const importFoldersView = z.object({
  folderIds: z.record(z.string(), z.string()).describe('Folders of the mailbox, by the ids of the request.'),
  untouched: z.array(z.string()).describe('Those of them in which nothing ever was: ids of the mailbox.'),
});
export type ImportFoldersView = z.infer<typeof importFoldersView>;

/** Rules and settings; folders of rules by the ids of the mailbox. A mailbox that has rules keeps them. */
export interface ImportSettings {
  rules: unknown[];
  settings: Record<string, unknown>;
}
