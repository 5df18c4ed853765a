import type { LocalSeconds } from '../time/civil.ts';
import { offsetAt } from './offsets.ts';

const DAY_MS = 86_400_000;

/**
 * The time in milliseconds since the epoch of a local time in a zone. A time that the clocks skip is the one that the
 * offset before the gap gives, so it moves forward by the gap; of a time that comes twice, the first is meant (RFC 5545
 * 3.3.5, RFC 8984 4.7.1).
 */
export function utcOf(local: LocalSeconds, zone: string): number {
  const naive = local * 1000;
  // No change of the clocks lies further than a day's offset away, on either side.
  const before = offsetAt(zone, naive - DAY_MS);
  const after = offsetAt(zone, naive + DAY_MS);
  const early = naive - before * 1000;
  if (before === after) return early;
  if (offsetAt(zone, early) === before) return early;
  const late = naive - after * 1000;
  // In a gap neither offset is in force at the time that it gives.
  return offsetAt(zone, late) === after ? late : early;
}

/** The local time of a zone, to the second. */
export function localOf(at: number, zone: string): LocalSeconds {
  return Math.floor(at / 1000) + offsetAt(zone, at);
}
