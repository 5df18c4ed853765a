import type { Learned, TokenCount } from '../ports/spam-tokens.ts';

/** Messages of each kind from which on what was learned decides. */
const ENOUGH = 10;

/** How much a token that was never seen counts, and for what (Robinson: s and x). */
const STRENGTH = 0.45;
const UNKNOWN = 0.5;
/** Tokens that say this little are left out; of the others the most telling are taken. */
const MIN_DISTANCE = 0.1;
const MAX_TELLING = 150;

export function isTrained({ totals }: Learned): boolean {
  return totals.spam >= ENOUGH && totals.ham >= ENOUGH;
}

/**
 * 0 (wanted) to 1 (spam) from the counts of a message's tokens, by Robinson's smoothed probabilities and Fisher's way to
 * combine them: near 0.5 where they contradict each other.
 */
export function combinedScore({ totals, tokens }: Learned): number {
  const telling = [...tokens.values()]
    .map((count) => probability(count, totals))
    .filter((p) => Math.abs(p - UNKNOWN) >= MIN_DISTANCE)
    .sort((a, b) => Math.abs(b - UNKNOWN) - Math.abs(a - UNKNOWN))
    .slice(0, MAX_TELLING);
  if (telling.length === 0) return UNKNOWN;
  const logs = (of: (p: number) => number) => telling.reduce((sum, p) => sum + Math.log(of(p)), 0);
  const spam = 1 - chiSquared(-2 * logs((p) => 1 - p), telling.length);
  const ham = 1 - chiSquared(-2 * logs((p) => p), telling.length);
  return (1 + spam - ham) / 2;
}

/** That a message with this token is spam, as if both kinds were equally many. */
function probability({ spam, ham }: TokenCount, totals: TokenCount): number {
  const [ofSpam, ofHam] = [spam / Math.max(1, totals.spam), ham / Math.max(1, totals.ham)];
  const seen = spam + ham;
  const plain = ofSpam + ofHam === 0 ? UNKNOWN : ofSpam / (ofSpam + ofHam);
  return (STRENGTH * UNKNOWN + seen * plain) / (STRENGTH + seen);
}

/** Chance that a chi-squared value with 2n degrees of freedom is at least this large. */
function chiSquared(value: number, n: number): number {
  const half = value / 2;
  let term = Math.exp(-half);
  let sum = term;
  for (let i = 1; i < n; i++) {
    term *= half / i;
    sum += term;
  }
  return Math.min(1, sum);
}
