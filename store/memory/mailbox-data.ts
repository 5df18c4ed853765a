import { DEFAULT_FOLDERS } from '../../core/mail/default-folders.ts';
import type {
  Correspondent,
  Folder,
  ItemState,
  LastVerb,
  Message,
  NewMessage,
} from '../../core/mail/types.ts';
import type { Grant } from '../../core/ports/acl.ts';
import type { AutomaticClaim, DeliveryReport } from '../../core/ports/automatic.ts';
import type { FeedCursor, ItemChange, SnapshotCursor } from '../../core/ports/mail.ts';
import type { RemovedMessage } from '../../core/ports/removed.ts';
import type { RuleSet } from '../../core/rules/types.ts';
import type { StoredObject } from '../normalise-object.ts';
import { compareText } from '../text.ts';

export interface Entry {
  state: ItemState;
  dedupeKey: string;
  lastVerb: LastVerb;
  lastVerbAt: number | null;
  /** null for what is no message. */
  message: NewMessage | null;
  /** Set for the items of the recipient cache. */
  person: Pick<Correspondent, 'address' | 'name' | 'uses'> | null;
  /** Set for events, contacts, tasks, notes and text messages. */
  object: (StoredObject & { toAnnounce: boolean }) | null;
}

interface Gone {
  modseq: number;
  rawKey: string | null;
}

/** What a mailbox is: folders, items, and for each folder what has gone from it. */
export interface MailboxData {
  folders: Map<string, Folder>;
  items: Map<string, Entry>;
  /** By folder id, then item id. */
  gone: Map<string, Map<string, Gone>>;
  /** By raw key. */
  removed: Map<string, RemovedMessage & { purging: boolean }>;
  /** Folder id by thread id. */
  rules: Map<string, string>;
  /** By folder and grantee. */
  acl: Map<string, Grant>;
  /** JSON by name. */
  settings: Map<string, string>;
  /** Message-ID by the one that another host gave the message. */
  aliases: Map<string, string>;
  inboxRules: RuleSet;
  /** By item id. */
  reports: Map<string, DeliveryReport[]>;
  sends: AutomaticClaim[];
  modseq: number;
}

/** Where a mailbox is kept: several stores of one mailbox share it. */
export interface MailboxHome {
  get(): MailboxData | undefined;
  create(): MailboxData;
}

/** A mailbox with its default folders, as `create` leaves it. */
export function emptyMailbox(): MailboxData {
  const folders = DEFAULT_FOLDERS.map(({ folderId, role, displayName, itemClass }): [string, Folder] => {
    const modseqs = { modseq: 1, createdModseq: 1, contentModseq: 0 };
    return [folderId, { folderId, parentId: null, displayName, role, itemClass, ...modseqs }];
  });
  return {
    folders: new Map(folders),
    items: new Map(),
    gone: new Map(),
    removed: new Map(),
    rules: new Map(),
    acl: new Map(),
    settings: new Map(),
    aliases: new Map(),
    inboxRules: { revision: 0, rules: [] },
    reports: new Map(),
    sends: [],
    modseq: 1,
  };
}

/** State of an item that comes into a folder under a new modseq, with nothing that was done to it. */
export function newState(
  modseq: number,
  facts: Pick<
    ItemState,
    'itemId' | 'folderId' | 'receivedAt' | 'isRead' | 'threadId' | 'size' | 'textSize' | 'htmlSize'
  >,
): ItemState {
  return { kind: 'message', ...facts, flag: null, categories: [], ...allAt(modseq), createdModseq: modseq };
}

/** An item that is new in its folder is new in every aspect. */
export function allAt(modseq: number) {
  return {
    modseq,
    readModseq: modseq,
    flagModseq: modseq,
    categoriesModseq: modseq,
    contentModseq: modseq,
  };
}

/** Raises contentModseq of the folder to the mailbox's modseq. */
export function touch(box: MailboxData, folderId: string): void {
  const folder = box.folders.get(folderId);
  if (folder !== undefined) folder.contentModseq = box.modseq;
}

/** Notes a message that is removed from a folder, or replaced. */
export function noteRemoved(box: MailboxData, entry: Entry, folderId: string, removedAt: number): void {
  const { message, state } = entry;
  if (message === null || box.removed.has(message.rawKey)) return;
  const { itemId, receivedAt, size, isRead, flag, categories } = state;
  box.removed.set(message.rawKey, {
    ...{ itemId, rawKey: message.rawKey, folderId, removedAt, receivedAt, size },
    ...{ subject: message.subject, from: message.from, isRead, isDraft: message.isDraft, flag, categories },
    purging: false,
  });
}

export function goneFrom(box: MailboxData, folderId: string): Map<string, Gone> {
  const gone = box.gone.get(folderId) ?? new Map<string, Gone>();
  box.gone.set(folderId, gone);
  return gone;
}

export function placed(outcome: ItemChange['outcome'], { itemId, folderId, modseq }: ItemState): ItemChange {
  return { itemId, outcome, folderId, modseq };
}

export function missing(itemId: string): ItemChange {
  return { itemId, outcome: 'notFound', folderId: '', modseq: 0 };
}

export function byFeed(a: FeedCursor, b: FeedCursor): number {
  return a.modseq - b.modseq || compareText(a.itemId, b.itemId);
}

export function newestFirst(a: SnapshotCursor, b: SnapshotCursor): number {
  return b.receivedAt - a.receivedAt || compareText(b.itemId, a.itemId);
}

export function copy(state: ItemState): ItemState {
  return structuredClone(state);
}

/** For a mailbox that only one store has. */
export function privateHome(): MailboxHome {
  let data: MailboxData | undefined;
  return {
    get: () => data,
    create: () => {
      data = emptyMailbox();
      return data;
    },
  };
}

/** None for what is no message. */
export function messageOf({ state, message, lastVerb, lastVerbAt }: Entry): Message[] {
  if (message === null) return [];
  const { dedupeKey: _, folderRole: __, folderId: ___, parts, ...rest } = message;
  const isBody = (partNo: number) => partNo === message.bodyTextPart || partNo === message.bodyHtmlPart;
  const whole = {
    ...rest,
    ...state,
    lastVerb,
    lastVerbAt,
    verdict: message.verdict ?? null,
    meeting: message.meeting ?? null,
    attachments: parts.filter((p) => p.isAttachment),
    bodies: parts.filter((p) => isBody(p.partNo)),
  };
  return [structuredClone(whole)];
}
