import type { ICalProperty } from '../../../codecs/ical/index.ts';
import { formatUtc, parseLocal } from '../time/civil.ts';
import type { NDay, RecurrenceRule } from '../types.ts';
import { utcOf } from '../zones/convert.ts';
import { type Params, property, type TimeForm } from './build.ts';

const PARTS = {
  byMonth: 'bymonth',
  byMonthDay: 'bymonthday',
  byYearDay: 'byyearday',
  byWeekNo: 'byweekno',
  byHour: 'byhour',
  byMinute: 'byminute',
  bySecond: 'bysecond',
  bySetPosition: 'bysetpos',
} as const;

/** Of a rule of whole days: the hour that its end was said with. */
export const UNTIL = 'x-waypost-until';

const WEEKDAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'];

function dayOf({ day, nthOfPeriod }: NDay): string {
  return `${nthOfPeriod === undefined || nthOfPeriod === 0 ? '' : nthOfPeriod}${day.toUpperCase()}`;
}

/** RRULE or EXRULE; `until` in UTC where the object has a zone (RFC 5545 3.3.10). */
export function ruleProperty(name: string, rule: RecurrenceRule, { zone, asDate }: TimeForm): ICalProperty {
  const value: Record<string, unknown> = {};
  if (rule.rscale !== undefined) value['rscale'] = rule.rscale.toUpperCase();
  value['freq'] = rule.frequency.toUpperCase();
  if (rule.interval !== undefined && rule.interval > 1) value['interval'] = rule.interval;
  if (rule.count !== undefined) value['count'] = rule.count;
  const until = parseLocal(rule.until);
  const params: Params = {};
  if (until !== null && rule.until !== undefined) {
    if (asDate && !rule.until.endsWith('T00:00:00')) params[UNTIL] = rule.until.slice(0, 19);
    if (asDate) value['until'] = rule.until.slice(0, 10);
    else value['until'] = zone === null ? rule.until.slice(0, 19) : formatUtc(utcOf(until, zone));
  }
  if (rule.byDay !== undefined && rule.byDay.length > 0) value['byday'] = rule.byDay.map(dayOf);
  for (const [own, part] of Object.entries(PARTS) as [keyof typeof PARTS, string][]) {
    const values = rule[own];
    if (values !== undefined && values.length > 0)
      value[part] = values.map((one) => (own === 'byMonth' ? one : Number(one)));
  }
  // The library numbers weekdays from Sunday, 1.
  if (rule.firstDayOfWeek !== undefined) value['wkst'] = WEEKDAYS.indexOf(rule.firstDayOfWeek) + 1;
  if (rule.skip !== undefined && rule.skip !== 'omit') {
    // SKIP needs RSCALE (RFC 7529 4.1).
    value['rscale'] ??= 'GREGORIAN';
    value['skip'] = rule.skip.toUpperCase();
  }
  return property(name, 'recur', value, params);
}
