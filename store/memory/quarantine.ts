import { NotFoundError } from '../../core/errors.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { HeldMessage, QuarantineStore } from '../../core/ports/quarantine.ts';
import { normaliseHeld } from '../normalise-held.ts';
import { compareText } from '../text.ts';

/** Held messages of all mailboxes, by shard, mailbox and item. */
export type HeldMessages = Map<string, { tenantId: string; shard: string; message: HeldMessage }>;

/** The quarantine in memory. */
export function createMemoryQuarantine(shards: readonly string[], rows: HeldMessages): QuarantineStore {
  const keyOf = (ref: MailboxRef, itemId: string) => JSON.stringify([ref.shard, ref.mailboxId, itemId]);
  const check = (shard: string) => {
    if (!shards.includes(shard)) throw new NotFoundError(`no mail shard ${shard}`);
  };
  const own = (ref: MailboxRef, itemId: string) => {
    check(ref.shard);
    const row = rows.get(keyOf(ref, itemId));
    return row?.tenantId === ref.tenantId ? row.message : undefined;
  };
  const ofTenant = (tenantId: string, shard: string) => {
    check(shard);
    return [...rows.values()].filter((row) => row.tenantId === tenantId && row.shard === shard);
  };
  return {
    async hold(ref, message) {
      const row = structuredClone(normaliseHeld(message));
      const same = ofTenant(ref.tenantId, ref.shard).find(
        (one) => one.message.mailboxId === ref.mailboxId && one.message.dedupeKey === row.dedupeKey,
      );
      if (same !== undefined) return same.message.itemId === row.itemId ? 'held' : 'duplicate';
      const { tenantId, shard } = ref;
      const key = keyOf(ref, row.itemId);
      if (!rows.has(key)) rows.set(key, { tenantId, shard, message: row });
      return 'held';
    },
    get: async (ref, itemId) => structuredClone(own(ref, itemId) ?? null),
    async decide(ref, itemId, to, by, at) {
      const message = own(ref, itemId);
      if (message?.state !== 'held') return false;
      Object.assign(message, { state: to, decidedAt: at, decidedBy: by });
      return true;
    },
    list: async (tenantId, shard, { mailboxId, state, after, limit }) =>
      structuredClone(
        ofTenant(tenantId, shard)
          .map(({ message }) => message)
          .filter((one) => one.state === state && (mailboxId === undefined || one.mailboxId === mailboxId))
          .filter(
            (one) =>
              after === undefined ||
              one.heldAt < after.heldAt ||
              (one.heldAt === after.heldAt && compareText(one.itemId, after.itemId) < 0),
          )
          .sort((a, b) => b.heldAt - a.heldAt || compareText(b.itemId, a.itemId))
          .slice(0, limit),
      ),
    expired: async (tenantId, shard, at, limit) =>
      structuredClone(
        ofTenant(tenantId, shard)
          .map(({ message }) => message)
          .filter((one) => one.state === 'held' && one.expiresAt <= at)
          .sort((a, b) => a.expiresAt - b.expiresAt)
          .slice(0, limit),
      ),
    async forget(tenantId, shard, decidedBefore, limit) {
      const old = [...rows].filter(
        ([, row]) =>
          row.tenantId === tenantId &&
          row.shard === shard &&
          row.message.heldAt < decidedBefore &&
          row.message.decidedAt !== null &&
          row.message.decidedAt < decidedBefore,
      );
      for (const [key] of old.slice(0, limit)) rows.delete(key);
      return Math.min(old.length, limit);
    },
  };
}
