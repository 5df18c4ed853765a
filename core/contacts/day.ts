import type { Card } from './types.ts';

type PartialDate = NonNullable<Card['anniversaries']>[string]['date'];

/** Stands for a year that nobody said: a leap year, so that it has a 29th of February. iOS uses the same. */
const NO_YEAR = 1604;

/**
 * A day as MS-ASCNTC 2.2.2.6 writes it: near midday in UTC, so that it is the same day wherever it is read, or at the UTC
 * midnight at which a device wrote it, which reads it in the same way. '' when it has no month and day.
 */
export function dayText({ utc, year, month, day }: PartialDate, midnight: boolean): string {
  const date = utc === undefined ? { year, month, day } : partsOf(Date.parse(utc));
  if (date?.month === undefined || date.day === undefined) return '';
  const [y, m, d] = [date.year ?? NO_YEAR, date.month, date.day];
  const text = `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
  return midnight ? `${text}T00:00:00.000Z` : `${text}T11:59:00.000Z`;
}

/** Whether a device wrote a day at midnight in UTC. */
export function isMidnight(text: string): boolean {
  return /^\d{4}-?\d{2}-?\d{2}T00:?00:?00(?:\.0{1,9})?Z$/.test(text.trim());
}

/**
 * The day that a device means. Most send UTC midnight or midday of it; some send their local midnight, which is in the
 * afternoon of the day before where clocks are ahead of UTC. null for what is no date.
 */
export function parseDay(text: string): PartialDate | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})(?:\.\d{1,9})?Z?)?$/.exec(
    text.trim(),
  );
  if (match === null) return null;
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const at = new Date(0);
  at.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day ?? 0);
  at.setUTCHours(hours ?? 0, minutes, seconds);
  const said = partsOf(at.getTime());
  if (said === null || said.year !== year || said.month !== month || said.day !== day) return null;
  const secondsOfDay = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  const meant = secondsOfDay > 12 * 3600 ? partsOf(at.getTime() + 12 * 3_600_000) : said;
  if (meant === null) return null;
  return meant.year === NO_YEAR ? { month: meant.month, day: meant.day } : meant;
}

function partsOf(at: number): { year: number; month: number; day: number } | null {
  if (Number.isNaN(at)) return null;
  const date = new Date(at);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
