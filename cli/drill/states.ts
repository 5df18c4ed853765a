import type { MailboxStateView, Page, UserView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';

/** What the owners of all mailboxes see, by address. */
export type States = Map<string, { frame: Record<string, string>; items: Map<string, string> }>;

export async function readStates(admin: AdminClient): Promise<States> {
  const states: States = new Map();
  for (const address of await addresses(admin)) {
    const state = { frame: {} as Record<string, string>, items: new Map<string, string>() };
    let cursor: string | undefined;
    do {
      const page: MailboxStateView = await admin.get('/mailbox-state', { address, cursor });
      if (page.frame !== null) state.frame = page.frame;
      for (const { itemId, digest } of page.items) state.items.set(itemId, digest);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    states.set(address, state);
  }
  return states;
}

async function addresses(admin: AdminClient): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<UserView> = await admin.get('/users', { limit: 500, cursor });
    all.push(...page.items.map((user) => user.address));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

export interface Difference {
  /** Mailboxes that are not there any more. */
  mailboxes: number;
  /** Items that were there and are not, and the other way round. */
  missing: number;
  extra: number;
  /** Items in another folder, or with other marks. */
  changed: number;
  /** Folder trees, settings, rules and the like that are not what they were. */
  frames: string[];
}

export function compare(before: States, after: States): Difference {
  const difference: Difference = { mailboxes: 0, missing: 0, extra: 0, changed: 0, frames: [] };
  for (const [address, was] of before) {
    const is = after.get(address);
    if (is === undefined) {
      difference.mailboxes++;
      continue;
    }
    for (const [itemId, digest] of was.items) {
      const now = is.items.get(itemId);
      if (now === undefined) difference.missing++;
      else if (now !== digest) difference.changed++;
    }
    for (const itemId of is.items.keys()) if (!was.items.has(itemId)) difference.extra++;
    for (const name of new Set([...Object.keys(was.frame), ...Object.keys(is.frame)])) {
      if (was.frame[name] !== is.frame[name]) difference.frames.push(`${address}: ${name}`);
    }
  }
  return difference;
}

export function changesLost({ mailboxes, missing, extra, changed, frames }: Difference): number {
  return mailboxes + missing + extra + changed + frames.length;
}
