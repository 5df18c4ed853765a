/**
 * How long an item has been in its folder. A folder keeps modseqs, not times: `createdModseq` says which change
 * brought an item there. Each run of retention marks down the mailbox's modseq and the time. What came with a change
 * up to a mark has been there since that time at least, so that age is known to a day, never overstated, and is no
 * matter of anybody's clock but that of the runs (I13, I30). Nothing is removed before a mark is old enough.
 */

const DAY = 24 * 60 * 60 * 1000;
/** Runs of the same day need one mark. */
const LEAST_APART = DAY / 2;
/** Beyond this a mark a week is kept. */
const DAILY_FOR = 60 * DAY;

export interface Mark {
  /** Milliseconds since the epoch. */
  at: number;
  modseq: number;
}

export const MARKS_SETTING = 'retention-marks';

/** Oldest first. What is damaged is no mark. */
export function readMarks(value: unknown, modseq: number): Mark[] {
  const list = Array.isArray(value) ? value : [];
  const marks: Mark[] = [];
  for (const pair of list) {
    const [at, seq] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (!isWhole(at) || !isWhole(seq)) continue;
    // Of another life of the mailbox, which was built anew: its numbers say nothing.
    if (seq > modseq) return [];
    const before = marks.at(-1);
    if (before === undefined || (at > before.at && seq >= before.modseq)) marks.push({ at, modseq: seq });
  }
  return marks;
}

/** With a mark of this moment, thinned out. The same list when there is a mark of this day, or the clock went back. */
export function withMark(marks: readonly Mark[], at: number, modseq: number): readonly Mark[] {
  const last = marks.at(-1);
  if (last !== undefined && at - last.at < LEAST_APART) return marks;
  return [...thinned(marks, at), { at, modseq }];
}

/** Form in which marks are kept. */
export function marksValue(marks: readonly Mark[]): [number, number][] {
  return marks.map(({ at, modseq }) => [at, modseq]);
}

/** What was in its folder with a change up to this modseq has been there since `time` at least; null: nothing is known. */
export function modseqAt(marks: readonly Mark[], time: number): number | null {
  return marks.findLast((mark) => mark.at <= time)?.modseq ?? null;
}

function thinned(marks: readonly Mark[], now: number): Mark[] {
  const kept: Mark[] = [];
  for (const mark of marks) {
    const before = kept.at(-1);
    const sameWeek = before !== undefined && mark.at - before.at < 7 * DAY;
    if (mark.at >= now - DAILY_FOR || !sameWeek) kept.push(mark);
  }
  return kept;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
