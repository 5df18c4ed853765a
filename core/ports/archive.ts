import type {
  ExtendedProperties,
  Folder,
  LastVerb,
  MailAddress,
  MailboxRef,
  MessageFlag,
  NewMessage,
} from '../mail/types.ts';
import type { PimKind } from '../pim/types.ts';
import type { TrustVerdict } from '../trust/types.ts';

/** A message as it is: what its raw and the envelope of that do not say. */
export interface MessageLine {
  kind: 'message';
  /** modseq of its last change. */
  modseq: number;
  itemId: string;
  folderId: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  rawKey: string;
  dedupeKey: string;
  threadId: string;
  conversationIndex: string;
  isRead: boolean;
  isDraft: boolean;
  receivedAsBcc: boolean;
  flag: MessageFlag | null;
  categories: string[];
  lastVerb: LastVerb;
  lastVerbAt: number | null;
  verdict: TrustVerdict | null;
  /** As it was marked last; rules may change what the message itself says. */
  importance: 'low' | 'normal' | 'high';
  /** MAPI properties that clients keep with it. */
  extended?: ExtendedProperties;
}

/** A person of the recipient cache. */
export interface PersonLine {
  kind: 'person';
  modseq: number;
  itemId: string;
  folderId: string;
  /** When the user wrote there last. */
  receivedAt: number;
  dedupeKey: string;
  address: string;
  name: string;
  uses: number;
}

/** An event, contact, task, note or text message, whole: nothing else in the bucket says what it is. */
export interface ObjectLine {
  kind: 'object';
  modseq: number;
  itemId: string;
  folderId: string;
  receivedAt: number;
  what: PimKind;
  isRead: boolean;
  flag: MessageFlag | null;
  categories: string[];
  uid: string;
  startsAt: number | null;
  endsAt: number | null;
  remindAt: number | null;
  title: string;
  /** Attendees are still to be told of it. */
  toAnnounce: boolean;
  /** JSON, as it is kept. */
  document: string;
  /** As of a message. */
  extended?: ExtendedProperties;
}

/** An item was removed for good. */
export interface GoneLine {
  kind: 'gone';
  modseq: number;
  itemId: string;
  /** Folder that it was removed from. */
  folderId: string;
  removedAt: number;
  /** null for what is no message, and for what was brought back since. */
  rawKey: string | null;
  /** What the list of removed messages shows, while it can be brought back. */
  kept: KeptNote | null;
}

export interface KeptNote {
  receivedAt: number;
  size: number;
  subject: string;
  addresses: { from?: MailAddress[] };
  isRead: boolean;
  isDraft: boolean;
  flag: MessageFlag | null;
  categories: string[];
}

/** Something that is there. */
export type LiveLine = MessageLine | PersonLine | ObjectLine;

export type ItemLine = LiveLine | GoneLine;

export type ArchivedFolder = Pick<
  Folder,
  'folderId' | 'parentId' | 'displayName' | 'role' | 'itemClass' | 'extended'
>;

/** A row of a table that belongs to the mailbox as a whole: text, numbers and null by the names of their columns. */
export type AsideRow = Record<string, string | number | null>;

/** How far a mailbox is written down outside of its database. */
export interface ArchiveHead {
  /** False when the mailbox was never created. */
  exists: boolean;
  /** The newest modseq that was given out. */
  modseq: number;
  /** Everything up to this modseq is written down; null: nothing is. */
  captured: number | null;
  /** Segments and lines since the last snapshot. */
  segments: number;
  lines: number;
  snapshotModseq: number;
  /** Milliseconds since the epoch. */
  snapshotAt: number;
  /** Digests of what was written down of the folder tree and of each table aside, by name. */
  digests: Record<string, string>;
}

export type CapturedHead = Omit<ArchiveHead, 'exists' | 'modseq' | 'captured'> & { captured: number };

/** A message of a raw with the state that it is to have. */
export interface RestoredMessage {
  message: NewMessage & { folderId: string };
  lastVerb: LastVerb;
  lastVerbAt: number | null;
}

/** What was found wrong in a mailbox: `count` cases, of which `examples` names some. */
export interface Irregularity {
  check: string;
  count: number;
  examples: string[];
}

/**
 * One mailbox as what is written down of it and made again from that (I28), and what must be true of it. Like
 * MailboxStore, each write is one atomic list.
 */
export interface MailboxArchive {
  readonly ref: MailboxRef;

  head(): Promise<ArchiveHead>;
  /** False, and nothing done, when `captured` is not `from` any more. */
  advance(from: number | null, to: CapturedHead, now: number): Promise<boolean>;
  /**
   * Items that changed, and what was removed, after one modseq up to another, in order of modseq. `to` is how far
   * that goes: less than `upTo` when there was more than about `limit`, or more documents than one call may carry.
   */
  changed(after: number, upTo: number, limit: number): Promise<{ lines: ItemLine[]; to: number }>;
  /** Items in order of their ids. `last`: where the next page begins; null when there is none. */
  items(afterItemId: string, limit: number): Promise<{ lines: LiveLine[]; last: string | null }>;
  /** What was removed for good, in order of folder and item. */
  gone(after: GoneCursor | null, limit: number): Promise<{ lines: GoneLine[]; last: GoneCursor | null }>;
  /** Those of these items that are there. */
  present(itemIds: string[]): Promise<LiveLine[]>;
  /** Their ids alone, also of items whose content is missing. */
  known(itemIds: readonly string[]): Promise<Set<string>>;
  tree(): Promise<ArchivedFolder[]>;
  /** Names of the tables aside. */
  asideTables(): string[];
  /** At most `limit` rows of each of these tables. */
  asides(tables: string[], limit: number): Promise<Record<string, AsideRow[]>>;

  /** Creates the mailbox if need be. What is numbered from now on is numbered after `modseq`. */
  begin(modseq: number, now: number): Promise<void>;
  /** Makes the folders be these; a folder beside them stays. */
  restoreTree(folders: ArchivedFolder[]): Promise<void>;
  /** Puts these rows in the place of all that the table has of the mailbox, or with `add` beside them. */
  restoreAside(table: string, rows: AsideRow[], add: boolean): Promise<void>;
  /** Makes the items be what is said of them, whatever they were. Unknown folders become the Inbox. */
  restoreMessages(messages: RestoredMessage[]): Promise<void>;
  restorePeople(people: PersonLine[]): Promise<void>;
  /** Like restoreMessages; those of unknown folders come into the folder that every mailbox has for their class. */
  restoreObjects(objects: ObjectLine[]): Promise<void>;
  /** Removes what is there of these items, and notes those that are not there as removed. */
  restoreGone(gone: GoneLine[], now: number): Promise<void>;

  /** What should never be, as far as the database alone can say. */
  irregularities(): Promise<Irregularity[]>;
  /** Puts right what can be put right without knowing more; the same checks say what is left. */
  mend(now: number): Promise<void>;
  /** Items whose JSON cannot be read, among those after this one: pages in order of item ids. */
  unreadable(afterItemId: string, limit: number): Promise<{ itemIds: string[]; last: string | null }>;
}

export interface GoneCursor {
  folderId: string;
  itemId: string;
}

/** What the directory has of a tenant, table by table. What belongs to the installation alone is no part of it. */
export interface DirectoryArchive {
  tables(): string[];
  /** Rows in an order that stays, from the one of this number on. */
  rows(tenantId: string, table: string, from: number, limit: number): Promise<AsideRow[]>;
  /** Adds the rows that are not there; what is there stays as it is. Number of added rows. */
  restore(tenantId: string, table: string, rows: AsideRow[]): Promise<number>;
}

export interface ArchiveStore {
  mailbox(ref: MailboxRef): MailboxArchive;
  directory: DirectoryArchive;
}
