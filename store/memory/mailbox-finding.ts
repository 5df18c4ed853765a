import type { ItemCondition, ItemOrder } from '../../core/mail/item-condition.ts';
import type { FitCounts, Fitting, ItemFinding } from '../../core/ports/finding.ts';
import { compareText } from '../text.ts';
import { fits, numberOf } from './item-condition.ts';
import { type Entry, type MailboxHome, newestFirst } from './mailbox-data.ts';
import { MemoryPim } from './mailbox-pim.ts';

/** The part of a mailbox that finds items by what is asked of them. */
export class MemoryFinding extends MemoryPim implements ItemFinding {
  readonly #from: MailboxHome;

  constructor(home: MailboxHome) {
    super(home);
    this.#from = home;
  }

  async countFitting(folderId: string, condition: ItemCondition): Promise<FitCounts> {
    const found = this.#found(folderId, condition);
    const sure = found.filter((one) => one.sure).length;
    return { sure, unsure: found.length - sure };
  }

  async fitting(
    folderId: string,
    condition: ItemCondition,
    { by, descending }: ItemOrder,
    offset: number,
    limit: number,
  ): Promise<Fitting[]> {
    const sign = descending ? -1 : 1;
    const ties = (a: Entry, b: Entry) =>
      by === 'received' || by === 'entered'
        ? sign * compareText(a.state.itemId, b.state.itemId)
        : newestFirst(a.state, b.state);
    return this.#found(folderId, condition)
      .sort((a, b) => sign * (numberOf(a.entry, by) - numberOf(b.entry, by)) || ties(a.entry, b.entry))
      .slice(offset, offset + limit)
      .map(({ entry, sure }) => ({ itemId: entry.state.itemId, sure }));
  }

  #found(folderId: string, condition: ItemCondition): { entry: Entry; sure: boolean }[] {
    return [...(this.#from.get()?.items.values() ?? [])].flatMap((entry) => {
      const value = entry.state.folderId === folderId ? fits(condition, entry) : false;
      return value === false ? [] : [{ entry, sure: value === true }];
    });
  }
}
