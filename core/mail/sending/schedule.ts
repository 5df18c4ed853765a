/** When a message that another host did not take is tried again. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** After each attempt; the last one counts for all that follow (RFC 5321 4.5.4.1). */
const DELAYS = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE);
/** So that what failed together is not tried together again. */
const JITTER = 0.2;

/** How long a recipient is tried for, from the first attempt on. */
export const GIVE_UP_MS = 48 * HOUR;
/** After this time the sender is told that it takes longer. */
export const DELAYED_AFTER_MS = 4 * HOUR;

/**
 * When the next attempt is due, in milliseconds since the epoch; null when the time is over. The last attempt is at
 * the very end of the time.
 *
 * @param attempts attempts made so far, at least one
 * @param random a number of [0, 1)
 */
export function nextAttempt(
  attempts: number,
  firstAttemptAt: number,
  now: number,
  random: number,
): number | null {
  const end = firstAttemptAt + GIVE_UP_MS;
  if (now >= end) return null;
  const delay = DELAYS[Math.min(attempts, DELAYS.length) - 1] ?? MINUTE;
  return Math.min(end, now + Math.round(delay * (1 + JITTER * (2 * random - 1))));
}
