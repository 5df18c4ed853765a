import type { ICalProperty } from '../../../codecs/ical/index.ts';
import { WEEKDAY_NAMES } from '../recurrence/rule.ts';
import { parseLocal } from '../time/civil.ts';
import type { LocalDateTime, NDay, RecurrenceRule } from '../types.ts';
import { param, readTime } from './values.ts';
import { UNTIL } from './write-rule.ts';
import { localIn, type ZoneNames } from './zones.ts';

const FREQUENCIES = ['yearly', 'monthly', 'weekly', 'daily', 'hourly', 'minutely', 'secondly'] as const;

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function numbers(value: unknown): number[] {
  return list(value).map(Number).filter(Number.isInteger);
}

function dayOf(value: unknown): NDay[] {
  const found = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(value).toUpperCase());
  const day = WEEKDAY_NAMES.find((name) => name === found?.[2]?.toLowerCase());
  if (day === undefined) return [];
  const nth = Number(found?.[1] ?? 0);
  return [{ '@type': 'NDay', day, ...(nth === 0 ? {} : { nthOfPeriod: nth }) }];
}

/** RRULE and EXRULE (RFC 5545 3.3.10) as RFC 8984 has them: `until` in the zone of the object. null for no rule. */
export function readRule(
  property: ICalProperty,
  zone: string | null,
  allDay: boolean,
  zones: ZoneNames,
): RecurrenceRule | null {
  const value = property.values[0];
  if (typeof value !== 'object' || value === null) return null;
  const recur = value as Record<string, unknown>;
  const frequency = FREQUENCIES.find((name) => name === String(recur['freq']).toLowerCase());
  if (frequency === undefined) return null;
  const rule: RecurrenceRule = { '@type': 'RecurrenceRule', frequency };
  const interval = Number(recur['interval']);
  if (Number.isInteger(interval) && interval > 1) rule.interval = interval;
  const rscale = recur['rscale'];
  const scale = typeof rscale === 'string' ? rscale.toLowerCase() : null;
  // SKIP does not go without it (RFC 7529 4.1); else it was said for its own sake.
  const isImplied = scale === 'gregorian' && recur['skip'] !== undefined;
  if (scale !== null && !isImplied) rule.rscale = scale;
  const skip = String(recur['skip'] ?? '').toLowerCase();
  if (skip === 'backward' || skip === 'forward') rule.skip = skip;
  // The library numbers weekdays from Sunday, 1.
  const wkst = recur['wkst'];
  const firstDay = typeof wkst === 'number' ? WEEKDAY_NAMES[wkst - 1] : dayOf(wkst)[0]?.day;
  if (firstDay !== undefined && firstDay !== 'mo') rule.firstDayOfWeek = firstDay;
  const byDay = list(recur['byday']).flatMap(dayOf);
  if (byDay.length > 0) rule.byDay = byDay;
  const byMonth = list(recur['bymonth']).map(String);
  if (byMonth.length > 0) rule.byMonth = byMonth;
  const parts = {
    byMonthDay: 'bymonthday',
    byYearDay: 'byyearday',
    byWeekNo: 'byweekno',
    byHour: 'byhour',
    byMinute: 'byminute',
    bySecond: 'bysecond',
    bySetPosition: 'bysetpos',
  } as const;
  for (const [name, part] of Object.entries(parts) as [keyof typeof parts, string][]) {
    const values = numbers(recur[part]);
    if (values.length > 0) rule[name] = values;
  }
  const count = Number(recur['count']);
  if (Number.isInteger(count) && count > 0) rule.count = count;
  const until = readTime(recur['until'], property);
  if (until !== null && parseLocal(until.local) !== null) {
    const local = localIn({ ...until, tzid: null }, zone, zones);
    // A date means all of its day (RFC 5545 3.3.10).
    rule.until =
      until.isDate && !allDay
        ? `${local.slice(0, 10)}T23:59:59`
        : allDay
          ? untilOfDays(property, local.slice(0, 10))
          : local;
  }
  return rule;
}

/** With its hour, where that was written beside it. */
function untilOfDays(property: ICalProperty, day: string): LocalDateTime {
  const said = param(property, UNTIL);
  return said?.startsWith(`${day}T`) === true && parseLocal(said) !== null ? said : `${day}T00:00:00`;
}
