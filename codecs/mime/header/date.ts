const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** RFC 5322 4.3: minutes east of Greenwich. Other letters and names mean an unknown offset, -0000. */
const ZONES: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};
const MAX_LENGTH = 200;
const LATEST = Date.UTC(2200, 0, 1);

/** Comments, which may nest (RFC 5322 3.2.2), as spaces. */
function withoutComments(text: string): string {
  let out = '';
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (depth === 0) out += character;
  }
  return out;
}

function digits(text: string | undefined, max: number): number {
  return text !== undefined && text.length <= max && /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function fullYear(text: string | undefined): number {
  const year = digits(text, 4);
  // RFC 5322 4.3: two digits are 2000 to 2049 and 1950 to 1999, three digits count from 1900.
  if (text?.length === 2) return year + (year < 50 ? 2000 : 1900);
  return text?.length === 3 ? year + 1900 : year;
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined) return 0;
  const name = zone.toLowerCase();
  if (Object.hasOwn(ZONES, name)) return ZONES[name] as number;
  const match = /^(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})$/.exec(name);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

/**
 * RFC 5322 3.3 date-time, with the obsolete forms of 4.3 and the usual slips (no seconds, no zone, month before
 * day). Milliseconds since the epoch, or null when it is no date between 1970 and 2200.
 */
export function parseDate(field: string): number | null {
  const words = withoutComments(field.slice(0, MAX_LENGTH))
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .flatMap((word) => (/^\d{1,2}-[A-Za-z]{3}-\d{2,4}$/.test(word) ? word.split('-') : word));
  const monthAt = words.findIndex(
    (word) => /^[a-z]{3,9}\.?$/i.test(word) && MONTHS.includes(word.slice(0, 3).toLowerCase()),
  );
  const timeAt = words.findIndex((word) => /^\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d{1,9})?)?$/.test(word));
  if (monthAt < 0 || timeAt < 0) return iso(field);
  const month = MONTHS.indexOf((words[monthAt] as string).slice(0, 3).toLowerCase());
  // `20 Nov 2026 10:00`, or with the month first, as asctime writes it: `Nov 20 10:00:00 2026`.
  const monthFirst = Number.isNaN(digits(words[monthAt - 1], 2));
  const day = digits(words[monthFirst ? monthAt + 1 : monthAt - 1], 2);
  let yearAt = monthAt + (monthFirst ? 2 : 1);
  if (yearAt === timeAt) yearAt++;
  const year = fullYear(words[yearAt]);
  const [hour = Number.NaN, minute = Number.NaN, second = 0] = (words[timeAt] as string)
    .split(/[:.]/)
    .map(Number);
  const zone = words[Math.max(timeAt, yearAt) + 1] ?? words[timeAt + 1];
  if (!(day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 60 && year >= 1970)) return null;
  const time = Date.UTC(year, month, day, hour, minute, second);
  if (new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return null;
  return inRange(time - offsetMinutes(zone) * 60_000);
}

function inRange(time: number): number | null {
  return time >= 0 && time < LATEST ? time : null;
}

/** RFC 3339, which some senders write. */
function iso(field: string): number | null {
  const text = field.trim();
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/.test(text)) return null;
  return inRange(Date.parse(text));
}
