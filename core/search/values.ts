/** A span of time: from `from` on, before `before`, in milliseconds since the epoch. */
export interface TimeSpan {
  from: number;
  before: number;
}

const DAY = 24 * 3600 * 1000;

/**
 * The span that a date or a word for one means: a day as `yyyy-mm-dd`, `yyyy/mm/dd` or `m/d/yyyy`, a month as
 * `yyyy-mm`, a year, or a word such as `yesterday` or `lastweek`. Days are those of UTC, weeks begin on Monday.
 * null for anything else.
 */
export function timeSpan(text: string, now: number): TimeSpan | null {
  const ymd = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T.*)?$/i.exec(text);
  if (ymd !== null) return dayOf(Number(ymd[1]), Number(ymd[2]), Number(ymd[3]));
  const mdy = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (mdy !== null) return dayOf(Number(mdy[3]), Number(mdy[1]), Number(mdy[2]));
  const month = /^(\d{4})[-/](\d{1,2})$/.exec(text);
  if (month !== null) return monthOf(Number(month[1]), Number(month[2]) - 1);
  if (/^(19|20)\d\d$/.test(text)) return yearOf(Number(text));
  return wordSpan(text.toLowerCase().replace(/[\s_-]/g, ''), now);
}

function wordSpan(word: string, now: number): TimeSpan | null {
  const date = new Date(now);
  const today = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const week = today - ((date.getUTCDay() + 6) % 7) * DAY;
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (word) {
    case 'today':
      return { from: today, before: today + DAY };
    case 'yesterday':
      return { from: today - DAY, before: today };
    case 'thisweek':
      return { from: week, before: week + 7 * DAY };
    case 'lastweek':
      return { from: week - 7 * DAY, before: week };
    case 'thismonth':
      return monthOf(year, month);
    case 'lastmonth':
      return monthOf(year, month - 1);
    case 'thisyear':
      return yearOf(year);
    case 'lastyear':
      return yearOf(year - 1);
    default:
      return null;
  }
}

function dayOf(year: number, month: number, day: number): TimeSpan | null {
  const from = Date.UTC(year, month - 1, day);
  // 2024-02-31 is no day, though Date.UTC makes one of it.
  const real = new Date(from).getUTCMonth() === month - 1 && new Date(from).getUTCDate() === day;
  return real ? { from, before: from + DAY } : null;
}

function monthOf(year: number, month: number): TimeSpan | null {
  if (month < -1 || month > 11) return null;
  return { from: Date.UTC(year, month, 1), before: Date.UTC(year, month + 1, 1) };
}

function yearOf(year: number): TimeSpan {
  return { from: Date.UTC(year, 0, 1), before: Date.UTC(year + 1, 0, 1) };
}

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
};

/** Bytes of a size such as `10MB`, `500k` or `2048`; null for anything else. */
export function byteSize(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)([a-z]{0,2})$/i.exec(text);
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '?'];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}
