import type { ItemCondition, ItemOrder } from '../mail/item-condition.ts';

/** How many items a condition lets through: surely, and perhaps (those must be looked at). */
export interface FitCounts {
  sure: number;
  unsure: number;
}

export interface Fitting {
  itemId: string;
  /** false: it must be looked at. */
  sure: boolean;
}

/** Lists of the items of a folder that a condition does not rule out. */
export interface ItemFinding {
  countFitting(folderId: string, condition: ItemCondition): Promise<FitCounts>;
  /** A part of the list. Of an order by what a row does not say of it, what is no message has any place. */
  fitting(
    folderId: string,
    condition: ItemCondition,
    order: ItemOrder,
    offset: number,
    limit: number,
  ): Promise<Fitting[]>;
}
