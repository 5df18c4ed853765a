const DAY = 86_400_000;

/** Days behind each FilterType (MS-ASCMD 2.2.3.68.2); 0 and unknown values mean no limit. */
const DAYS: Record<number, number> = { 1: 1, 2: 3, 3: 7, 4: 14, 5: 31, 6: 93, 7: 186 };

/** Time before which items are outside the window of the FilterType; 0 when there is no limit. */
export function filterCutoff(filterType: number, now: number): number {
  const days = DAYS[filterType];
  return days === undefined ? 0 : now - days * DAY;
}
