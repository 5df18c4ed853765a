/** Seconds before each further attempt: soon at first, then with room for an outage of days. */
const DELAYS_S = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** No receiver puts it off for longer than this. */
const LONGEST_S = 86_400;

/** A webhook that nothing has reached for so long is switched off. */
export const GIVE_UP_MS = 3 * 86_400_000;

/**
 * When it is tried again; null: that was the last attempt.
 * @param attempts that were made, from 1 on
 * @param askedSeconds how long the receiver wants to be left alone (Retry-After), or null
 */
export function nextDelaySeconds(attempts: number, askedSeconds: number | null): number | null {
  const delay = DELAYS_S[attempts - 1];
  if (delay === undefined) return null;
  return Math.max(delay, Math.min(askedSeconds ?? 0, LONGEST_S));
}
