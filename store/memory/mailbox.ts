import { NotFoundError } from '../../core/errors.ts';
import { DEFAULT_FOLDERS } from '../../core/mail/default-folders.ts';
import type {
  Folder,
  FolderRole,
  ItemState,
  MailboxRef,
  Message,
  MessagePart,
  NewMessage,
} from '../../core/mail/types.ts';
import type {
  FeedCursor,
  FeedEntry,
  FlagChange,
  InsertResult,
  ItemChange,
  MailboxStore,
  SnapshotCursor,
} from '../../core/ports/mail.ts';
import { inFolderOrder } from '../folder-order.ts';
import { LIMITS, mergeFlagChanges, normaliseMessage } from '../normalise.ts';
import { compareText, fitText } from '../text.ts';

interface Entry {
  state: ItemState;
  message: NewMessage;
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
  modseq: number;
}

/** Where a mailbox is kept: several stores of one mailbox share it. */
export interface MailboxHome {
  get(): MailboxData | undefined;
  create(): MailboxData;
}

function privateHome(): MailboxHome {
  let data: MailboxData | undefined;
  return {
    get: () => data,
    create: () => {
      data = emptyMailbox();
      return data;
    },
  };
}

/** A mailbox in memory, written for plainness: the oracle that the databases are compared with. */
export class MemoryMailbox implements MailboxStore {
  readonly ref: MailboxRef;
  readonly #home: MailboxHome;

  constructor(ref: MailboxRef, home: MailboxHome = privateHome()) {
    this.ref = { ...ref };
    this.#home = home;
  }

  async create(_now: number): Promise<void> {
    if (this.#home.get() === undefined) this.#home.create();
  }

  async folders(): Promise<Folder[]> {
    return inFolderOrder(this.#folders().map((f) => ({ ...f })));
  }

  async folderByRole(role: FolderRole): Promise<Folder | null> {
    const found = this.#folders().find((f) => f.role === role);
    return found === undefined ? null : { ...found };
  }

  async usage() {
    const box = this.#home.get();
    const items = this.#items();
    const sizeBytes = items.reduce((sum, e) => sum + e.state.size, 0);
    return { exists: box !== undefined, sizeBytes, itemCount: items.length, modseq: box?.modseq ?? 0 };
  }

  async contentModseqs(folderIds: string[]): Promise<Map<string, number>> {
    const wanted = this.#folders().filter((f) => folderIds.includes(f.folderId));
    return new Map(wanted.map((f) => [f.folderId, f.contentModseq]));
  }

  async changes(folderId: string, after: FeedCursor, limit: number): Promise<FeedEntry[]> {
    const feed: FeedEntry[] = this.#inFolder(folderId).map(({ state }) => ({
      kind: 'item',
      item: copy(state),
    }));
    for (const [itemId, { modseq }] of this.#home.get()?.gone.get(folderId) ?? []) {
      feed.push({ kind: 'gone', tombstone: { folderId, itemId, modseq } });
    }
    const position = (e: FeedEntry) => (e.kind === 'item' ? e.item : e.tombstone);
    return feed
      .filter((e) => order(position(e), after) > 0)
      .sort((a, b) => order(position(a), position(b)))
      .slice(0, limit);
  }

  async snapshot(folderId: string, since: number, before: SnapshotCursor | null, limit: number) {
    return this.#snapshot(folderId, since, before).slice(0, limit);
  }

  async countSnapshot(folderId: string, since: number, before: SnapshotCursor | null): Promise<number> {
    return this.#snapshot(folderId, since, before).length;
  }

  async itemStates(itemIds: string[]): Promise<ItemState[]> {
    return [...new Set(itemIds)].flatMap((id) => this.#entry(id)?.state ?? []).map(copy);
  }

  async messages(itemIds: string[]): Promise<Message[]> {
    return [...new Set(itemIds)].flatMap((id) => this.#entry(id) ?? []).map(messageOf);
  }

  async parts(itemId: string): Promise<MessagePart[]> {
    return structuredClone(this.#entry(itemId)?.message.parts ?? []).sort((a, b) => a.partNo - b.partNo);
  }

  async part(itemId: string, partNo: number): Promise<{ rawKey: string; part: MessagePart } | null> {
    const message = this.#entry(itemId)?.message;
    const part = message?.parts.find((p) => p.partNo === partNo);
    return message === undefined || part === undefined ? null : { rawKey: message.rawKey, part: { ...part } };
  }

  async threadOf(messageIds: string[]): Promise<string | null> {
    for (const id of messageIds.map((text) => fitText(text, LIMITS.messageId))) {
      const found = this.#items()
        .map((e) => e.message)
        .filter((m) => m.messageIdHeader === id)
        .sort((a, b) => compareText(a.itemId, b.itemId))[0];
      if (found !== undefined) return found.threadId;
    }
    return null;
  }

  async threadOfSubject(baseSubject: string, since: number): Promise<string | null> {
    const subject = fitText(baseSubject, LIMITS.baseSubject);
    const found = this.#items()
      .map((e) => e.message)
      .filter((m) => subject !== '' && m.baseSubject === subject && m.receivedAt >= since)
      .sort(newestFirst)[0];
    return found?.threadId ?? null;
  }

  async knownRawKeys(rawKeys: string[]): Promise<Set<string>> {
    const known = new Set<string | null>(this.#items().map((e) => e.message.rawKey));
    for (const gone of this.#home.get()?.gone.values() ?? []) {
      for (const { rawKey } of gone.values()) known.add(rawKey);
    }
    return new Set(rawKeys.filter((key) => known.has(key)));
  }

  async rawKeys(afterItemId: string, limit: number): Promise<{ itemId: string; rawKey: string }[]> {
    return this.#items()
      .map((e) => ({ itemId: e.state.itemId, rawKey: e.message.rawKey }))
      .filter((e) => compareText(e.itemId, afterItemId) > 0)
      .sort((a, b) => compareText(a.itemId, b.itemId))
      .slice(0, limit);
  }

  async insert(message: NewMessage): Promise<InsertResult> {
    const [result] = await this.insertMany([message]);
    return result as InsertResult;
  }

  /** All or nothing: roles are the only thing that can be wrong with a batch. */
  async insertMany(messages: NewMessage[]): Promise<InsertResult[]> {
    const wanted = messages.map(normaliseMessage);
    const roles = new Set<FolderRole>(this.#folders().map((f) => f.role));
    for (const { folderRole } of wanted) {
      if (folderRole === 'user' || !roles.has(folderRole)) throw new NotFoundError('no such folder');
    }
    return wanted.map((message) => this.#insertOne(message));
  }

  async setFlags(changes: FlagChange[]): Promise<ItemChange[]> {
    const box = this.#home.get();
    const modseq = (box?.modseq ?? 0) + 1;
    return [...mergeFlagChanges(changes).values()].map((change): ItemChange => {
      const state = this.#entry(change.itemId)?.state;
      if (state === undefined || box === undefined) return missing(change.itemId);
      const next = {
        ...state,
        isRead: change.isRead ?? state.isRead,
        flag: change.flag === undefined ? state.flag : change.flag,
        categories: change.categories ?? state.categories,
      };
      if (JSON.stringify(next) === JSON.stringify(state)) return placed('unchanged', state);
      Object.assign(state, next, { modseq });
      box.modseq = modseq;
      touch(box, state.folderId);
      return placed('changed', state);
    });
  }

  async move(itemIds: string[], toFolderId: string, from?: string): Promise<ItemChange[]> {
    const box = this.#home.get();
    if (box?.folders.has(toFolderId) !== true) {
      if (itemIds.length === 0) return [];
      throw new NotFoundError('no such folder');
    }
    const modseq = box.modseq + 1;
    return [...new Set(itemIds)].map((itemId) => {
      const state = this.#entry(itemId)?.state;
      if (state === undefined) return missing(itemId);
      if (state.folderId === toFolderId) return placed('unchanged', state);
      if (from !== undefined && state.folderId !== from) return missing(itemId);
      box.modseq = modseq;
      goneFrom(box, state.folderId).set(itemId, { modseq, rawKey: null });
      touch(box, state.folderId);
      goneFrom(box, toFolderId).delete(itemId);
      Object.assign(state, { folderId: toFolderId, modseq, createdModseq: modseq });
      touch(box, toFolderId);
      return placed('changed', state);
    });
  }

  async remove(itemIds: string[], _now: number, from?: string): Promise<ItemChange[]> {
    const box = this.#home.get();
    const modseq = (box?.modseq ?? 0) + 1;
    return [...new Set(itemIds)].map((itemId) => {
      const found = this.#entry(itemId);
      if (box === undefined || found === undefined) return missing(itemId);
      const { folderId } = found.state;
      if (from !== undefined && folderId !== from) return missing(itemId);
      box.modseq = modseq;
      goneFrom(box, folderId).set(itemId, { modseq, rawKey: found.message.rawKey });
      touch(box, folderId);
      box.items.delete(itemId);
      return { itemId, outcome: 'changed', folderId, modseq };
    });
  }

  #folders(): Folder[] {
    return [...(this.#home.get()?.folders.values() ?? [])];
  }

  #items(): Entry[] {
    return [...(this.#home.get()?.items.values() ?? [])];
  }

  #inFolder(folderId: string): Entry[] {
    return this.#items().filter((e) => e.state.folderId === folderId);
  }

  #entry(itemId: string): Entry | undefined {
    return this.#home.get()?.items.get(itemId);
  }

  #insertOne(message: NewMessage): InsertResult {
    const box = this.#home.get();
    const folder = this.#folders().find((f) => f.role === message.folderRole);
    if (box === undefined || folder === undefined) throw new NotFoundError('no such folder');
    const { itemId, rawKey } = message;
    const itself = box.items.get(itemId);
    if (itself !== undefined) return answer('present', itself);
    const same = this.#items().find((e) => e.message.dedupeKey === message.dedupeKey);
    if (same !== undefined) return answer('duplicate', same);
    for (const [folderId, gone] of box.gone) {
      for (const [goneId, { modseq, rawKey: goneKey }] of gone) {
        if (goneKey !== rawKey) continue;
        return {
          outcome: goneId === itemId ? 'present' : 'duplicate',
          itemId: goneId,
          folderId,
          modseq,
          rawKey,
        };
      }
    }
    const modseq = ++box.modseq;
    const { receivedAt, isRead, size, textSize, htmlSize } = message;
    const { folderId } = folder;
    const entry: Entry = {
      message,
      state: {
        itemId,
        folderId,
        modseq,
        createdModseq: modseq,
        receivedAt,
        isRead,
        flag: null,
        categories: [],
        size,
        textSize,
        htmlSize,
      },
    };
    box.items.set(itemId, entry);
    touch(box, folderId);
    return answer('inserted', entry);
  }

  #snapshot(folderId: string, since: number, before: SnapshotCursor | null): ItemState[] {
    return this.#inFolder(folderId)
      .map((e) => e.state)
      .filter((s) => s.receivedAt >= since && (before === null || newestFirst(before, s) < 0))
      .sort(newestFirst)
      .map(copy);
  }
}

function touch(box: MailboxData, folderId: string): void {
  const folder = box.folders.get(folderId);
  if (folder !== undefined) folder.contentModseq = box.modseq;
}

function messageOf({ state, message }: Entry): Message {
  const { dedupeKey: _, folderRole: __, parts, ...rest } = message;
  const isBody = (partNo: number) => partNo === message.bodyTextPart || partNo === message.bodyHtmlPart;
  return structuredClone({
    ...rest,
    ...state,
    attachments: parts.filter((p) => p.isAttachment),
    bodies: parts.filter((p) => isBody(p.partNo)),
  });
}

/** A mailbox with its default folders, as `create` leaves it. */
export function emptyMailbox(): MailboxData {
  const folders = DEFAULT_FOLDERS.map(({ role, displayName, itemClass }): [string, Folder] => {
    const folderId = crypto.randomUUID();
    const modseqs = { modseq: 1, createdModseq: 1, contentModseq: 0 };
    return [folderId, { folderId, parentId: null, displayName, role, itemClass, ...modseqs }];
  });
  return { folders: new Map(folders), items: new Map(), gone: new Map(), modseq: 1 };
}

function goneFrom(box: MailboxData, folderId: string): Map<string, Gone> {
  const gone = box.gone.get(folderId) ?? new Map<string, Gone>();
  box.gone.set(folderId, gone);
  return gone;
}

function answer(outcome: InsertResult['outcome'], { state, message }: Entry): InsertResult {
  const { itemId, folderId, modseq } = state;
  return { outcome, itemId, folderId, modseq, rawKey: message.rawKey };
}

function placed(outcome: ItemChange['outcome'], { itemId, folderId, modseq }: ItemState): ItemChange {
  return { itemId, outcome, folderId, modseq };
}

function missing(itemId: string): ItemChange {
  return { itemId, outcome: 'notFound', folderId: '', modseq: 0 };
}

function order(a: FeedCursor, b: FeedCursor): number {
  return a.modseq - b.modseq || compareText(a.itemId, b.itemId);
}

function newestFirst(a: SnapshotCursor, b: SnapshotCursor): number {
  return b.receivedAt - a.receivedAt || compareText(b.itemId, a.itemId);
}

function copy(state: ItemState): ItemState {
  return structuredClone(state);
}
