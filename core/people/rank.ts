const DAY = 86_400_000;
/** After this many days without a message a correspondent counts half as much. */
const HALF_LIFE_DAYS = 30;
const SCALE = 10_000;
const HIGHEST = 2_147_483_647;

/**
 * Rank among the people a user writes to, higher first (MS-ASCNTC 2.2.2.62):
 *
 *     10,000 · log2(1 + uses) · 2^(-days since the last message / 30)
 *
 * rounded, at least 1. The logarithm keeps one who got a thousand mails last year from staying above those of this
 * week for ever: halving every 30 days, ten messages of today outrank a thousand that ended 55 days ago.
 */
export function weightedRank(person: { uses: number; lastUsedAt: number }, now: number): number {
  const days = Math.max(0, now - person.lastUsedAt) / DAY;
  const weight = SCALE * Math.log2(1 + Math.max(0, person.uses)) * 2 ** (-days / HALF_LIFE_DAYS);
  return Math.min(HIGHEST, Math.max(1, Math.round(weight)));
}
