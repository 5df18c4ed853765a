import type { Hold, KeepingDirectory } from '../../core/ports/holds.ts';
import { QUOTA_SETTING, USAGE_SETTING } from '../../core/quota/settings.ts';
import { LIMITS } from '../normalise.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows, isOfUser } from './erasures.ts';

/** Holds and settings of users in memory. `tenantSetting` reads those of tenants. */
export function createMemoryKeeping(
  tenantSetting: (tenantId: string, name: string) => unknown,
  erasables: Erasable[],
): KeepingDirectory {
  const holds = new Map<string, Hold>();
  const settings = new Map<string, string>();
  const keyOf = (...parts: string[]) => JSON.stringify(parts);
  erasables.push(
    erasableRows('directory.holds', holds, isOfUser),
    erasableRows('directory.user_settings', settings, (_, { ref }, key) =>
      key.startsWith(`${keyOf(ref.tenantId, ref.mailboxId).slice(0, -1)},`),
    ),
  );
  const newest = (list: Hold[]) =>
    structuredClone(list.sort((a, b) => b.since - a.since || compareText(b.holdId, a.holdId)));
  const userSetting = (tenantId: string, userId: string, name: string): unknown => {
    const text = settings.get(keyOf(tenantId, userId, fitText(name, LIMITS.shortText)));
    return text === undefined ? null : JSON.parse(text);
  };
  return {
    async placeHold(hold) {
      const key = keyOf(hold.tenantId, hold.holdId);
      if (holds.has(key)) return;
      const texts = {
        reason: fitText(hold.reason, LIMITS.subject),
        placedBy: fitText(hold.placedBy, LIMITS.shortText),
      };
      holds.set(key, { ...hold, ...texts, releasedAt: null, releasedBy: null });
    },
    listHolds: async (tenantId, { released = false } = {}) =>
      newest(
        [...holds.values()].filter((h) => h.tenantId === tenantId && (released || h.releasedAt === null)),
      ),
    holdsOn: async (tenantId, userId) =>
      newest(
        [...holds.values()].filter(
          (h) =>
            h.tenantId === tenantId && h.releasedAt === null && (h.userId === null || h.userId === userId),
        ),
      ),
    async releaseHold(tenantId, holdId, by, at) {
      const hold = holds.get(keyOf(tenantId, holdId));
      if (hold === undefined || hold.releasedAt !== null) return false;
      Object.assign(hold, { releasedAt: at, releasedBy: fitText(by, LIMITS.shortText) });
      return true;
    },
    getUserSetting: async (tenantId, userId, name) => userSetting(tenantId, userId, name),
    async putUserSetting(tenantId, userId, name, value) {
      const key = keyOf(tenantId, userId, fitText(name, LIMITS.shortText));
      if (value === null || value === undefined) settings.delete(key);
      else settings.set(key, JSON.stringify(value));
    },
    quotaValues: async (tenantId, userId) => ({
      tenant: tenantSetting(tenantId, QUOTA_SETTING),
      usage: tenantSetting(tenantId, USAGE_SETTING),
      user: userSetting(tenantId, userId, QUOTA_SETTING),
    }),
  };
}
