import type { NewPimItem, PimKind } from '../../core/pim/types.ts';
import type { PimStore, PutOptions, RangeCursor } from '../../core/ports/pim.ts';
import type { MailboxHome } from './mailbox-data.ts';
import * as objects from './mailbox-objects.ts';

/** Events, contacts, tasks and notes of a mailbox in memory. */
export class MemoryPim implements PimStore {
  readonly #home: MailboxHome;

  constructor(home: MailboxHome) {
    this.#home = home;
  }

  async putItem(item: NewPimItem, options?: PutOptions) {
    return objects.putItem(this.#home.get(), item, options);
  }

  async putItems(items: readonly NewPimItem[]) {
    return objects.putItems(this.#home.get(), items);
  }

  async pimItems(itemIds: readonly string[]) {
    return objects.pimItems(this.#home.get(), itemIds);
  }

  async itemsByUid(kind: PimKind, uid: string) {
    return objects.itemsByUid(this.#home.get(), kind, uid);
  }

  async eventsBetween(
    folderIds: readonly string[],
    from: number,
    to: number,
    after: RangeCursor | null,
    limit: number,
  ) {
    return objects.eventsBetween(this.#home.get(), folderIds, from, to, after, limit);
  }

  async pimPage(folderId: string, afterItemId: string, limit: number) {
    return objects.pimPage(this.#home.get(), folderId, afterItemId, limit);
  }

  async pimIds(afterItemId: string, limit: number) {
    return objects.pimIds(this.#home.get(), afterItemId, limit);
  }

  async setReminder(itemId: string, modseq: number, remindAt: number | null) {
    return objects.setReminder(this.#home.get(), itemId, modseq, remindAt);
  }

  async announced(itemId: string, modseq: number) {
    return objects.announced(this.#home.get(), itemId, modseq);
  }
}
