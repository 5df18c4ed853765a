/**
 * CalendarType (MS-ASCAL 2.2.2.10) and the calendar of a rule (RFC 7529, CLDR). The kinds of the Gregorian calendar
 * differ in words alone, and Korea's era counts its months too; the Japanese lunar one has no name in CLDR.
 */
const RSCALES: readonly (readonly [type: number, rscale: string])[] = [
  [1, 'gregorian'],
  [2, 'gregorian'],
  [3, 'japanese'],
  [4, 'roc'],
  [5, 'gregorian'],
  [6, 'islamic'],
  [7, 'buddhist'],
  [8, 'hebrew'],
  [9, 'gregorian'],
  [10, 'gregorian'],
  [11, 'gregorian'],
  [12, 'gregorian'],
  [14, 'x-japanese-lunar'],
  [15, 'chinese'],
  [20, 'dangi'],
];
/** Hebrew, Japanese, Chinese and Korean lunar. */
const WITH_LEAP_MONTHS = new Set([8, 14, 15, 20]);
const HIJRI = 6;

/** Reserved ones are Status 6 (MS-ASCAL 3.2.5.3). */
export function isCalendarType(type: number): boolean {
  return type === 0 || rscaleOf(type) !== undefined;
}

export function hasLeapMonths(type: number): boolean {
  return WITH_LEAP_MONTHS.has(type);
}

/** Months that are not those of the Gregorian calendar. */
export function hasOwnMonths(type: number): boolean {
  return type === HIJRI || hasLeapMonths(type);
}

export function rscaleOf(type: number): string | undefined {
  return RSCALES.find(([known]) => known === type)?.[1];
}

/** null for a calendar that ActiveSync has no number for. */
export function calendarTypeOf(rscale: string | undefined): number | null {
  if (rscale === undefined) return 0;
  const name = rscale.toLowerCase().replace(/^gregory$/, 'gregorian');
  return RSCALES.find(([, known]) => known === name)?.[0] ?? null;
}
