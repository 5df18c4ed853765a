/**
 * Writers wait this long after the old shard has said `moved`, until every reader that has asked it before has to ask again
 * (BELIEVED_MS of store/placement.ts, with room for clocks that stand still while code runs).
 */
export const HOLD_MS = 3500;
/**
 * Longest time that writers are kept waiting for the last changes and the last look; then the move tries again later, and
 * takes that much more each time, for tenants that are large. Less than the lease in any case.
 */
export const FREEZE_MS = 20_000;
export const MAX_FREEZE_MS = 50_000;
/** A driver that has said nothing for so long is taken for dead. */
export const LEASE_MS = 60_000;
/** How often a driver writes down where it is. */
export const SAVE_MS = 2000;
/** Changes that are carried over in one batch. */
export const CHANGES_AT_ONCE = 200;
/** No more than that many are left for the time in which writers wait. */
export const FEW_CHANGES = 100;
/** Mailboxes of which the first rows are under way at the same time. */
export const MAILBOXES_AT_ONCE = 4;
/** How long the rows of the old shard are kept. */
export const KEEP_DAYS = 7;
export const DAY_MS = 86_400_000;
