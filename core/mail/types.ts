import type { ItemKind } from '../pim/types.ts';
import type { MeetingFacts } from '../scheduling/types.ts';
import type { TrustVerdict } from '../trust/types.ts';

/** The place of a mailbox: its tenant, its id (equal to its user's id), and the MAIL shard that holds it. */
export interface MailboxRef {
  tenantId: string;
  mailboxId: string;
  /** Name of the MAIL binding, e.g. `MAIL_1`. */
  shard: string;
}

/** What a folder is for. `user` folders are made by people, the others exist once in each mailbox. */
export type FolderRole =
  | 'inbox'
  | 'drafts'
  | 'sent'
  | 'deleted'
  | 'junk'
  | 'archive'
  | 'outbox'
  | 'calendar'
  | 'contacts'
  | 'tasks'
  | 'notes'
  /** People the user wrote to, for completing addresses on a device (MS-ASCMD 2.2.3.186.3, type 19). */
  | 'recipientCache'
  | 'user';

/** Class of the items that a folder holds (MS-ASCMD 2.2.3.27.1). */
export type ItemClass = 'Email' | 'Calendar' | 'Contacts' | 'Tasks' | 'Notes';

export interface Folder {
  folderId: string;
  /** `null` for a folder at the root of the mailbox. */
  parentId: string | null;
  displayName: string;
  role: FolderRole;
  itemClass: ItemClass;
  /** modseq of the last change to the folder itself (name, place). */
  modseq: number;
  createdModseq: number;
  /** modseq of the last change to anything in the folder; 0 when nothing ever happened in it. */
  contentModseq: number;
  /** What clients keep with it that nothing else stands for; absent where there is nothing. */
  extended?: ExtendedProperties;
}

/** Follow-up flag (MS-ASEMAIL 2.2.2.34). Times are milliseconds since the epoch. */
export interface MessageFlag {
  /** 0 cleared, 1 complete, 2 active. */
  status: 0 | 1 | 2;
  type?: string;
  subject?: string;
  startDate?: number;
  utcStartDate?: number;
  dueDate?: number;
  utcDueDate?: number;
  dateCompleted?: number;
  completeTime?: number;
  reminderSet?: boolean;
  reminderTime?: number;
  ordinalDate?: number;
  subOrdinalDate?: string;
}

/** A MAPI property as a client gave it: its type by the name of MS-OXWSXPROP 2.1.7, its value as text. */
export interface StoredProperty {
  type: string;
  value: string | string[];
}

/** MAPI properties by a name that is the same for every way of naming them. */
export type ExtendedProperties = Readonly<Record<string, StoredProperty>>;

/** What the change feed says of one item: enough to decide what a device must hear. */
export interface ItemState {
  itemId: string;
  folderId: string;
  /** `message` too for whom the user wrote to (the folder `recipientCache`). */
  kind: ItemKind;
  modseq: number;
  /** modseq with which the item entered its present folder. */
  createdModseq: number;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  isRead: boolean;
  flag: MessageFlag | null;
  categories: string[];
  /**
   * modseq of the last change of each aspect, never above `modseq`: a device that knows the item at an older version
   * hears only of the aspects that changed since (MS-ASEMAIL 3.2.5.6). `content` is everything that is not one of
   * the others: body, recipients, subject, the last verb.
   */
  readModseq: number;
  flagModseq: number;
  categoriesModseq: number;
  contentModseq: number;
  threadId: string;
  /** Bytes of the raw message, or of the document. */
  size: number;
  /** UTF-8 bytes of the plain-text body and of the HTML body (0 when there is none): for reply budgets. */
  textSize: number;
  htmlSize: number;
  /** What clients keep with it that nothing else stands for; absent where there is nothing. */
  extended?: ExtendedProperties;
}

export interface Tombstone {
  folderId: string;
  itemId: string;
  modseq: number;
}

export interface MailAddress {
  name: string;
  address: string;
}

/** One part of a message: a byte range of the raw (see codecs/mime). */
export interface MessagePart {
  /** Position in the message's part list; with the item id it names the part for ever. */
  partNo: number;
  path: string;
  mediaType: string;
  charset: string | null;
  encoding: string;
  /** RFC 3676 3: how lines of the text were broken; null when they are as they stand. */
  format: 'flowed' | 'flowed-delsp' | null;
  disposition: 'inline' | 'attachment' | null;
  name: string | null;
  contentId: string | null;
  contentLocation: string | null;
  bodyStart: number;
  bodyEnd: number;
  decodedSize: number;
  isAttachment: boolean;
  isInline: boolean;
}

export type LastVerb = 0 | 1 | 2 | 3;

/** Someone the user wrote to: an item of the folder with the role `recipientCache` (MS-ASCNTC 2.2.2, WeightedRank). */
export interface Correspondent {
  itemId: string;
  /** Canonical address. */
  address: string;
  name: string;
  /** How many messages went there. */
  uses: number;
  /** Milliseconds since the epoch. */
  lastUsedAt: number;
}

/** A message as it is read by the edges: the sync record, the header facts, and its attachments. */
export interface Message extends ItemState {
  rawKey: string;
  rawSha256: string;
  /** Message-ID header without angle brackets, or null. */
  messageIdHeader: string | null;
  subject: string;
  baseSubject: string;
  from: MailAddress[];
  sender: MailAddress[];
  replyTo: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  /** Only in what the user sent or drafts: no received message has it. */
  bcc: MailAddress[];
  /** Date header, milliseconds since the epoch, or null. */
  sentAt: number | null;
  importance: 'low' | 'normal' | 'high';
  /** Content-Class header or null. */
  contentClass: string | null;
  /** MAPI message class, e.g. `IPM.Note`, `REPORT.IPM.Note.NDR`, `IPM.Note.SMIME.MultipartSigned` (MS-ASEMAIL 2.2.2.49). */
  messageClass: string;
  /** Hex of 5 bytes for the first message of the conversation and 5 more for each reply (MS-ASEMAIL 2.2.2.21). */
  conversationIndex: string;
  /** An unsent message of the Drafts folder (MS-ASEMAIL 2.2.2.42). */
  isDraft: boolean;
  /** The user was a blind-copy recipient (MS-ASEMAIL 2.2.2.57). */
  receivedAsBcc: boolean;
  /** What the user last did with it: 0 nothing, 1 replied to sender, 2 replied to all, 3 forwarded (MS-ASEMAIL 2.2.2.43). */
  lastVerb: LastVerb;
  /** Milliseconds since the epoch, null while lastVerb is 0. */
  lastVerbAt: number | null;
  preview: string;
  /** The first bytes (at most TEXT_HEAD_BYTES) of the plain-text body, cut at a code point. */
  textHead: string;
  /** Part that holds the plain-text / HTML body, or null. */
  bodyTextPart: number | null;
  bodyHtmlPart: number | null;
  /** What was repaired or given up while parsing. */
  degraded: string[];
  /** What was found out about its origin when it arrived; null for the user's own and for older messages. */
  verdict: TrustVerdict | null;
  /** What it says of a meeting; null for what is no message of one. */
  meeting: MeetingFacts | null;
  /** Only parts with isAttachment, in order. */
  attachments: MessagePart[];
  /** The parts that bodyTextPart and bodyHtmlPart name (read in the same statement as the attachments). */
  bodies: MessagePart[];
}

/** What ingest writes. modseq, createdModseq and folder are given by the store in the same atomic write. */
export interface NewMessage
  extends Omit<
    Message,
    | 'folderId'
    | 'kind'
    | 'modseq'
    | 'createdModseq'
    | 'readModseq'
    | 'flagModseq'
    | 'categoriesModseq'
    | 'contentModseq'
    | 'attachments'
    | 'bodies'
    | 'flag'
    | 'categories'
    | 'lastVerb'
    | 'lastVerbAt'
    | 'verdict'
    | 'meeting'
  > {
  /** Key under which a repeated delivery of the same message to this mailbox is recognised (I9). */
  dedupeKey: string;
  folderRole: FolderRole;
  /** The folder itself, for messages that are put where their owner wants them; it wins over folderRole. */
  folderId?: string;
  /** What it has from the beginning: rules of its owner may have given it these. */
  flag?: MessageFlag | null;
  categories?: string[];
  verdict?: TrustVerdict | null;
  meeting?: MeetingFacts | null;
  parts: MessagePart[];
}

/** Bytes of the plain-text body kept beside the message, so that a list of previews needs no blob read. */
export const TEXT_HEAD_BYTES = 1024;
