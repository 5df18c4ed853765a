/** One digit of MergedFreeBusy stands for this many milliseconds (MS-ASCMD 2.2.3.101). */
export const FREE_BUSY_SLOT = 30 * 60_000;

/** Digit of a slot of which nothing is known. The others: 0 free, 1 tentative, 2 busy, 3 out of office. */
const NO_DATA = '4';

/** Digits between two times, the last one for what is left. */
export function slotsBetween(start: number, end: number): number {
  return Math.ceil((end - start) / FREE_BUSY_SLOT);
}

/** The free/busy digits of one about whom nothing is known, as it is of everybody before there are calendars. */
export function unknownFreeBusy(start: number, end: number): string {
  return NO_DATA.repeat(slotsBetween(start, end));
}

/** One string for several people: the highest digit of each slot (MS-ASCMD 2.2.3.101). */
export function mergeFreeBusy(strings: readonly string[]): string {
  const length = Math.max(0, ...strings.map((s) => s.length));
  let merged = '';
  for (let i = 0; i < length; i++) {
    merged += strings.reduce((highest, s) => ((s[i] ?? '0') > highest ? (s[i] ?? '0') : highest), '0');
  }
  return merged;
}
