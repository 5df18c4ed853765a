import type { Card } from '../types.ts';

export type PartialDate = NonNullable<Card['anniversaries']>[string]['date'];

/** RFC 6350 4.3.1 and 4.3.4, and RFC 2426: year, month and day as far as they are said; the time does not count. */
export function readDate(text: string, omittedYear: string | null): PartialDate | null {
  const day = text.trim().split(/[T ]/i)[0] ?? '';
  const match =
    /^(?:(\d{4})-?(\d{2})-?(\d{2})|(\d{4})-(\d{2})|(\d{4})|--(\d{2})-?(\d{2})|--(\d{2})|---(\d{2}))$/.exec(
      day,
    );
  if (match === null) return null;
  const first = (...at: number[]) => at.map((i) => match[i]).find((part) => part !== undefined);
  const year = first(1, 4, 6);
  const month = Number(first(2, 5, 7, 9) ?? 0);
  const date = Number(first(3, 8, 10) ?? 0);
  if (month > 12 || date > 31) return null;
  const hasYear = year !== undefined && Number(year) > 0 && year !== omittedYear;
  const read: PartialDate = {
    ...(hasYear ? { year: Number(year) } : {}),
    ...(month > 0 ? { month } : {}),
    ...(date > 0 ? { day: date } : {}),
  };
  return Object.keys(read).length === 0 ? null : read;
}

/** As jCard writes it (RFC 7095 3.5.4); null for what has no form. */
export function writeDate({ utc, year, month, day }: PartialDate): string | null {
  if (utc !== undefined) return null;
  const two = (n: number) => String(n).padStart(2, '0');
  if (year !== undefined) {
    if (!Number.isInteger(year) || year < 1 || year > 9999) return null;
    const y = String(year).padStart(4, '0');
    if (month === undefined) return day === undefined ? y : null;
    return day === undefined ? `${y}-${two(month)}` : `${y}-${two(month)}-${two(day)}`;
  }
  if (month !== undefined) return day === undefined ? `--${two(month)}` : `--${two(month)}-${two(day)}`;
  return day === undefined ? null : `---${two(day)}`;
}
