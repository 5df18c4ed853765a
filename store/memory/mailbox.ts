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
  Tombstone,
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

interface Stored extends Message {
  dedupeKey: string;
  parts: MessagePart[];
}

const STATE_KEYS = [
  'itemId',
  'folderId',
  'modseq',
  'createdModseq',
  'receivedAt',
  'isRead',
  'flag',
  'categories',
  'size',
  'textSize',
  'htmlSize',
] as const;

/** A mailbox in memory: plain maps, no SQL, so that it can stand as the model of the others. */
export class MemoryMailbox implements MailboxStore {
  readonly ref: MailboxRef;
  #exists = false;
  #modseq = 0;
  #folderSeed = 0;
  readonly #folders = new Map<string, Folder>();
  readonly #items = new Map<string, Stored>();
  readonly #tombstones: (Tombstone & { rawKey: string | null })[] = [];

  constructor(ref: MailboxRef) {
    this.ref = ref;
  }

  async create(_now: number): Promise<void> {
    if (this.#exists) return;
    this.#exists = true;
    this.#modseq = 1;
    for (const { role, displayName, itemClass } of DEFAULT_FOLDERS) {
      const folderId = `${this.ref.mailboxId}-${role}-${++this.#folderSeed}`.slice(-64);
      this.#folders.set(folderId, {
        folderId,
        parentId: null,
        displayName,
        role,
        itemClass,
        modseq: 1,
        createdModseq: 1,
        contentModseq: 0,
      });
    }
  }

  async folders(): Promise<Folder[]> {
    return [...this.#folders.values()].map((f) => ({ ...f }));
  }

  async folderByRole(role: FolderRole): Promise<Folder | null> {
    const found = [...this.#folders.values()].find((f) => f.role === role);
    return found === undefined ? null : { ...found };
  }

  async usage() {
    const items = [...this.#items.values()];
    return {
      exists: this.#exists,
      sizeBytes: items.reduce((sum, i) => sum + i.size, 0),
      itemCount: items.length,
      modseq: this.#modseq,
    };
  }

  async contentModseqs(folderIds: string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const id of folderIds) {
      const folder = this.#folders.get(id);
      if (folder !== undefined) found.set(id, folder.contentModseq);
    }
    return found;
  }

  async changes(folderId: string, after: FeedCursor, limit: number): Promise<FeedEntry[]> {
    const entries: FeedEntry[] = [
      ...[...this.#items.values()]
        .filter((i) => i.folderId === folderId)
        .map((i): FeedEntry => ({ kind: 'item', item: stateOf(i) })),
      ...this.#tombstones
        .filter((t) => t.folderId === folderId && this.#items.get(t.itemId)?.folderId !== folderId)
        .map(({ rawKey: _, ...tombstone }): FeedEntry => ({ kind: 'gone', tombstone })),
    ];
    return entries
      .filter((e) => compare(cursorOf(e), after) > 0)
      .sort((a, b) => compare(cursorOf(a), cursorOf(b)))
      .slice(0, limit);
  }

  async snapshot(
    folderId: string,
    since: number,
    before: SnapshotCursor | null,
    limit: number,
  ): Promise<ItemState[]> {
    return this.#older(folderId, since, before).slice(0, limit).map(stateOf);
  }

  async countSnapshot(folderId: string, since: number, before: SnapshotCursor | null): Promise<number> {
    return this.#older(folderId, since, before).length;
  }

  async itemStates(itemIds: string[]): Promise<ItemState[]> {
    return itemIds.flatMap((id) => this.#items.get(id) ?? []).map(stateOf);
  }

  async messages(itemIds: string[]): Promise<Message[]> {
    return itemIds
      .flatMap((id) => this.#items.get(id) ?? [])
      .map((stored) => {
        const { dedupeKey: _d, parts: _p, ...message } = structuredClone(stored);
        return message;
      });
  }

  async parts(itemId: string): Promise<MessagePart[]> {
    return structuredClone(this.#items.get(itemId)?.parts ?? []);
  }

  async part(itemId: string, partNo: number): Promise<{ rawKey: string; part: MessagePart } | null> {
    const item = this.#items.get(itemId);
    const part = item?.parts.find((p) => p.partNo === partNo);
    return item === undefined || part === undefined ? null : { rawKey: item.rawKey, part: { ...part } };
  }

  async threadOf(messageIds: string[]): Promise<string | null> {
    for (const id of messageIds) {
      for (const item of this.#items.values()) if (item.messageIdHeader === id) return item.threadId;
    }
    return null;
  }

  async threadOfSubject(baseSubject: string, since: number): Promise<string | null> {
    const found = [...this.#items.values()]
      .filter((i) => i.baseSubject === baseSubject && i.receivedAt >= since)
      .sort((a, b) => b.receivedAt - a.receivedAt || (a.itemId < b.itemId ? 1 : -1));
    return found[0]?.threadId ?? null;
  }

  async knownRawKeys(rawKeys: string[]): Promise<Set<string>> {
    const live = new Set([...this.#items.values()].map((i) => i.rawKey));
    for (const t of this.#tombstones) if (t.rawKey !== null) live.add(t.rawKey);
    return new Set(rawKeys.filter((k) => live.has(k)));
  }

  async rawKeys(afterItemId: string, limit: number): Promise<{ itemId: string; rawKey: string }[]> {
    return [...this.#items.values()]
      .filter((i) => i.itemId > afterItemId)
      .sort((a, b) => (a.itemId < b.itemId ? -1 : 1))
      .slice(0, limit)
      .map(({ itemId, rawKey }) => ({ itemId, rawKey }));
  }

  async insert(message: NewMessage): Promise<InsertResult> {
    const folder = await this.folderByRole(message.folderRole);
    if (folder === null) throw new NotFoundError(`no folder ${message.folderRole}`);
    const there = this.#items.get(message.itemId);
    const twin = [...this.#items.values()].find((i) => i.dedupeKey === message.dedupeKey);
    const known = there ?? twin;
    if (known !== undefined) {
      const { itemId, folderId, modseq, rawKey } = known;
      return { outcome: there !== undefined ? 'present' : 'duplicate', itemId, folderId, modseq, rawKey };
    }
    const modseq = ++this.#modseq;
    const { folderRole: _, ...data } = structuredClone(message);
    this.#items.set(message.itemId, {
      ...data,
      folderId: folder.folderId,
      modseq,
      createdModseq: modseq,
      flag: null,
      categories: [],
      attachments: data.parts.filter((p) => p.isAttachment),
      bodies: data.parts.filter((p) => p.partNo === data.bodyTextPart || p.partNo === data.bodyHtmlPart),
    });
    this.#touch(folder.folderId, modseq);
    return {
      outcome: 'inserted',
      itemId: message.itemId,
      folderId: folder.folderId,
      modseq,
      rawKey: message.rawKey,
    };
  }

  async insertMany(messages: NewMessage[]): Promise<InsertResult[]> {
    const results: InsertResult[] = [];
    for (const message of messages) results.push(await this.insert(message));
    return results;
  }

  async setFlags(changes: FlagChange[]): Promise<ItemChange[]> {
    return changes.map(({ itemId, isRead, flag, categories }) => {
      const item = this.#items.get(itemId);
      if (item === undefined) return missing(itemId);
      const before = JSON.stringify([item.isRead, item.flag, item.categories]);
      if (isRead !== undefined) item.isRead = isRead;
      if (flag !== undefined) item.flag = structuredClone(flag);
      if (categories !== undefined) item.categories = [...categories];
      if (JSON.stringify([item.isRead, item.flag, item.categories]) === before) {
        return { itemId, outcome: 'unchanged', folderId: item.folderId, modseq: item.modseq };
      }
      item.modseq = ++this.#modseq;
      this.#touch(item.folderId, item.modseq);
      return { itemId, outcome: 'changed', folderId: item.folderId, modseq: item.modseq };
    });
  }

  async move(itemIds: string[], toFolderId: string, from?: string): Promise<ItemChange[]> {
    if (!this.#folders.has(toFolderId)) throw new NotFoundError('no such folder');
    return itemIds.map((itemId) => {
      const item = this.#items.get(itemId);
      if (item === undefined || (from !== undefined && item.folderId !== from)) return missing(itemId);
      if (item.folderId === toFolderId) {
        return { itemId, outcome: 'unchanged', folderId: toFolderId, modseq: item.modseq };
      }
      const modseq = ++this.#modseq;
      this.#bury(item, modseq, null);
      item.folderId = toFolderId;
      item.modseq = modseq;
      item.createdModseq = modseq;
      this.#touch(toFolderId, modseq);
      return { itemId, outcome: 'changed', folderId: toFolderId, modseq };
    });
  }

  async remove(itemIds: string[], _now: number, from?: string): Promise<ItemChange[]> {
    return itemIds.map((itemId) => {
      const item = this.#items.get(itemId);
      if (item === undefined || (from !== undefined && item.folderId !== from)) return missing(itemId);
      const modseq = ++this.#modseq;
      this.#bury(item, modseq, item.rawKey);
      this.#items.delete(itemId);
      return { itemId, outcome: 'changed', folderId: item.folderId, modseq };
    });
  }

  #older(folderId: string, since: number, before: SnapshotCursor | null): Stored[] {
    return [...this.#items.values()]
      .filter((i) => i.folderId === folderId && i.receivedAt >= since)
      .filter(
        (i) =>
          before === null ||
          i.receivedAt < before.receivedAt ||
          (i.receivedAt === before.receivedAt && i.itemId < before.itemId),
      )
      .sort((a, b) => b.receivedAt - a.receivedAt || (a.itemId < b.itemId ? 1 : -1));
  }

  #bury(item: Stored, modseq: number, rawKey: string | null): void {
    const at = this.#tombstones.findIndex((t) => t.folderId === item.folderId && t.itemId === item.itemId);
    if (at >= 0) this.#tombstones.splice(at, 1);
    this.#tombstones.push({ folderId: item.folderId, itemId: item.itemId, modseq, rawKey });
    this.#touch(item.folderId, modseq);
  }

  #touch(folderId: string, modseq: number): void {
    const folder = this.#folders.get(folderId);
    if (folder !== undefined) folder.contentModseq = modseq;
  }
}

function missing(itemId: string): ItemChange {
  return { itemId, outcome: 'notFound', folderId: '', modseq: 0 };
}

function stateOf(item: Stored): ItemState {
  return structuredClone(Object.fromEntries(STATE_KEYS.map((k) => [k, item[k]]))) as unknown as ItemState;
}

function cursorOf(entry: FeedEntry): FeedCursor {
  return entry.kind === 'item'
    ? { modseq: entry.item.modseq, itemId: entry.item.itemId }
    : { modseq: entry.tombstone.modseq, itemId: entry.tombstone.itemId };
}

function compare(a: FeedCursor, b: FeedCursor): number {
  return a.modseq - b.modseq || (a.itemId < b.itemId ? -1 : a.itemId > b.itemId ? 1 : 0);
}
