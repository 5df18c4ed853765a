import { child, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { sizeOfItem } from '../../../core/pim/size.ts';
import type { NewPimItem, PimItem } from '../../../core/pim/types.ts';
import type { Room } from '../../../core/quota/room.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { digest, fingerprintOf } from '../drafts/fingerprint.ts';
import { STATUS } from '../status.ts';
import type { ParsedCollection } from '../sync/parse.ts';
import { refused } from '../sync/refused.ts';
import type { ItemCodec } from './codec.ts';
import { roomOf } from './room.ts';
import { asShown } from './shown.ts';

/** An item that the device makes or changes. */
export interface ItemRequest {
  /** Of an Add; null of a Change. */
  clientId: string | null;
  /** Of a Change; null of an Add. */
  itemId: string | null;
  instanceId: string | null;
  isDelete: boolean;
  /** undefined: it says nothing, not even that. */
  data: WbxmlElement | undefined;
}

const NONE: ReadonlySet<string> = new Set();
/** Bytes by which an item may grow in a mailbox that is full: that a task is done, or a reminder was seen. */
const SMALL_CHANGE = 1024;

/**
 * The items of one collection of a request: what the device says of each, put over what is there. Two changes of one
 * item (two occurrences of an event) build on each other.
 */
export class ItemStage {
  readonly #context: EasContext;
  readonly #collection: ParsedCollection;
  readonly #codec: ItemCodec;
  readonly #supported: ReadonlySet<string> | null;
  /** By id, as the changes before have left them; and at which modseq the mailbox has them. */
  readonly #present: Map<string, PimItem>;
  /** Events that this request makes, by their UID. */
  readonly #made = new Map<string, NewPimItem>();
  #room: Promise<Room> | null = null;

  private constructor(
    context: EasContext,
    collection: ParsedCollection,
    codec: ItemCodec,
    supported: string[] | null,
    present: readonly PimItem[],
  ) {
    this.#context = context;
    this.#collection = collection;
    this.#codec = codec;
    this.#supported = supported === null ? null : new Set(supported);
    this.#present = new Map(present.map((item) => [item.itemId, asShown(item)]));
  }

  static async open(context: EasContext, collection: ParsedCollection, codec: ItemCodec): Promise<ItemStage> {
    const { commands, collectionId } = collection;
    const ids = [...new Set(commands.flatMap((c) => (c.kind === 'edit' ? [c.itemId] : [])))];
    if (ids.length === 0) return new ItemStage(context, collection, codec, null, []);
    const items = await context.mailbox.pimItems(ids);
    const here = items.filter((i) => i.folderId === collectionId && i.kind === codec.kind);
    const supported = here.length === 0 ? null : await context.device.supported(collectionId);
    return new ItemStage(context, collection, codec, supported, here);
  }

  /** Whether the folder has such an item of this kind. */
  has(itemId: string): boolean {
    return this.#present.has(itemId);
  }

  /** The command that comes of a request. */
  async stage(request: ItemRequest): Promise<ClientCommand> {
    const { collectionId, syncKey } = this.#collection;
    const { ref, query } = this.#context;
    const { clientId, itemId } = request;
    const name = [collectionId, syncKey, clientId ?? itemId ?? ''];
    const identity = await digest([ref.mailboxId, query.deviceId, ...name]);
    return clientId === null
      ? this.#stageChange(request, itemId ?? '', identity)
      : this.#stageAdd(request, clientId, identity);
  }

  async #stageChange(request: ItemRequest, itemId: string, identity: string): Promise<ClientCommand> {
    const { data, instanceId, isDelete } = request;
    const present = this.#present.get(itemId);
    if (present === undefined) return refused(request, STATUS.sync.notFound);
    // Of no other item there is one occurrence.
    if (data === undefined || (instanceId !== null && this.#codec.kind !== 'event')) return refused(request);
    const taken = await this.#codec.take(this.#context, {
      ...{ data, present, itemId, instanceId },
      ...{ folderId: this.#collection.collectionId, supported: this.#supported },
    });
    if (taken.kind === 'refused') return refused(request, taken.status);
    const { item, announce, echo } = taken;
    const size = sizeOfItem(item.document).total;
    if (!(await this.#takes(size - present.size))) return refused(request, STATUS.sync.full);
    this.#present.set(itemId, withItem(present, item, size));
    return {
      ...{ kind: 'changeItem', itemId, item, announce, expect: present.modseq },
      fingerprint: await fingerprintOf(`${identity} ${instanceId ?? ''}`, data),
      ...(echo === undefined ? {} : { echo }),
      ...(instanceId === null ? {} : { instanceId }),
      ...(isDelete ? { isDelete } : {}),
    };
  }

  async #stageAdd(request: ItemRequest, clientId: string, itemId: string): Promise<ClientCommand> {
    const { data } = request;
    const folderId = this.#collection.collectionId;
    if (data === undefined) return refused(request);
    const incoming = { data, folderId, instanceId: null };
    const taken = await this.#codec.take(this.#context, {
      ...{ ...incoming, present: null, itemId, supported: this.#supported },
    });
    if (taken.kind === 'refused') return refused(request, taken.status);
    const { uid } = taken.item.facts;
    const double = namesItself(data) ? await this.#double(uid, itemId) : null;
    if (double !== null && !('modseq' in double)) {
      return { kind: 'addItem', clientId, item: double, expect: null, announce: taken.announce };
    }
    if (double !== null) {
      const merged = await this.#codec.take(this.#context, {
        ...{ ...incoming, present: double, itemId: double.itemId, supported: NONE },
      });
      if (merged.kind === 'refused') return refused(request, merged.status);
      const { item, announce } = merged;
      const growth = sizeOfItem(item.document).total - double.size;
      if (!(await this.#takes(growth))) return refused(request, STATUS.sync.full);
      return { kind: 'addItem', clientId, item, expect: double.modseq, announce };
    }
    if (!(await this.#takesNew(taken.item))) return refused(request, STATUS.sync.full);
    this.#made.set(uid, taken.item);
    const { item, announce, echo } = taken;
    return {
      kind: 'addItem',
      clientId,
      item,
      expect: null,
      announce,
      ...(echo === undefined ? {} : { echo }),
    };
  }

  /** An event of the same UID in this folder: what a device accepted itself, or has under another account's name. */
  async #double(uid: string, itemId: string): Promise<PimItem | NewPimItem | null> {
    const made = this.#made.get(uid);
    if (made !== undefined) return made;
    const found = await this.#context.mailbox.itemsByUid('event', uid);
    const here = found.filter((item) => item.folderId === this.#collection.collectionId);
    // The very item that an earlier try of this request made is no other one.
    return here.some((item) => item.itemId === itemId) ? null : (here[0] ?? null);
  }

  /** Whether the mailbox takes an item; one that an earlier try of this request made is there already. */
  async #takesNew({ itemId, document }: NewPimItem): Promise<boolean> {
    if (await this.#hasRoom(sizeOfItem(document).total)) return true;
    return (await this.#context.mailbox.itemStates([itemId])).length > 0;
  }

  /** Whether it takes a change by which an item grows so much: to tick off and to shorten is always possible. */
  async #takes(growth: number): Promise<boolean> {
    return growth <= SMALL_CHANGE || this.#hasRoom(growth);
  }

  async #hasRoom(bytes: number): Promise<boolean> {
    this.#room ??= roomOf(this.#context);
    return (await this.#room).take(bytes);
  }
}

/** Of events alone the device says which they are in the world (MS-ASCAL 2.2.2.46, 2.2.2.9). */
function namesItself(data: WbxmlElement): boolean {
  return child(data, 'Calendar:UID') !== undefined || child(data, 'Calendar:ClientUid') !== undefined;
}

/** What an item is once this is put over it. */
function withItem(present: PimItem, { document, facts }: NewPimItem, size: number): PimItem {
  return { ...present, ...facts, receivedAt: facts.sortAt, size, document } as PimItem;
}
