/** Milliseconds after which a wait that a deploy or a restart cut is opened again: spread, for all are cut at once. */
const REOPEN = { min: 200, max: 5_000 } as const;

export function reopenPause(): number {
  return REOPEN.min + Math.random() * (REOPEN.max - REOPEN.min);
}
