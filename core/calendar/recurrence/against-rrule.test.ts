import fc from 'fast-check';
import rrule from 'rrule';
import { expect, test } from 'vitest';
import { formatLocal, parseLocal } from '../time/civil.ts';
import type { NDay, RecurrenceRule } from '../types.ts';
import { seriesOf, seriesTimes } from './series.ts';

const { RRule } = rrule;
type Options = ConstructorParameters<typeof RRule>[0];

const DAYS: NDay['day'][] = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];
const FREQUENCIES = ['yearly', 'monthly', 'weekly', 'daily', 'hourly', 'minutely', 'secondly'] as const;
const some = <T>(value: fc.Arbitrary<T>, max: number) =>
  fc.uniqueArray(value, { minLength: 1, maxLength: max });
/** rrule unfolds hours, minutes and seconds in the order in which they are listed. */
const sorted = (value: fc.Arbitrary<number>, max: number) =>
  some(value, max).map((list) => list.sort((a, b) => a - b));
const whole = (min: number, max: number) => fc.integer({ min, max });
const signed = (max: number) => fc.oneof(whole(1, max), whole(-max, -1));

/** Rules as RFC 5545 3.3.10 allows them for their frequency. */
const ruleOf = (frequency: RecurrenceRule['frequency']): fc.Arbitrary<RecurrenceRule> => {
  const nth = frequency === 'monthly' ? signed(5) : frequency === 'yearly' ? signed(10) : null;
  const day = fc.record(
    {
      '@type': fc.constant('NDay' as const),
      day: fc.constantFrom(...DAYS),
      ...(nth === null ? {} : { nthOfPeriod: nth }),
    },
    { requiredKeys: ['@type', 'day'] },
  );
  const below = frequency === 'hourly' || frequency === 'minutely' || frequency === 'secondly';
  return fc.record(
    {
      '@type': fc.constant('RecurrenceRule' as const),
      frequency: fc.constant(frequency),
      interval: below ? whole(1, 200) : whole(1, 4),
      firstDayOfWeek: fc.constantFrom(...DAYS),
      byMonth: some(whole(1, 12).map(String), 4),
      byDay: fc.uniqueArray(day, {
        minLength: 1,
        maxLength: 4,
        selector: (one) => `${one.day}${one.nthOfPeriod}`,
      }),
      byHour: sorted(whole(0, 23), 3),
      byMinute: sorted(whole(0, 59), 3),
      bySecond: sorted(whole(0, 59), 2),
      ...(frequency === 'weekly' ? {} : { byMonthDay: some(signed(31), 4) }),
      ...(frequency === 'yearly' || below ? { byYearDay: some(signed(366), 6) } : {}),
      ...(frequency === 'yearly' ? { byWeekNo: some(signed(53), 4) } : {}),
      ...(below ? {} : { bySetPosition: fc.constantFrom([1], [-1]) }),
    },
    { requiredKeys: ['@type', 'frequency'] },
  );
};

/** What rrule calls the same rule. */
function options(rule: RecurrenceRule, start: number): Options {
  const weekday = ({ day, nthOfPeriod }: NDay) => {
    const one =
      [RRule.MO, RRule.TU, RRule.WE, RRule.TH, RRule.FR, RRule.SA, RRule.SU][DAYS.indexOf(day)] ?? RRule.MO;
    return nthOfPeriod === undefined ? one : one.nth(nthOfPeriod);
  };
  return {
    freq: RRule[rule.frequency.toUpperCase() as 'DAILY'],
    dtstart: new Date(start * 1000),
    interval: rule.interval ?? 1,
    wkst: DAYS.indexOf(rule.firstDayOfWeek ?? 'mo'),
    ...(rule.byMonth === undefined ? {} : { bymonth: rule.byMonth.map(Number) }),
    ...(rule.byDay === undefined ? {} : { byweekday: rule.byDay.map(weekday) }),
    ...(rule.byMonthDay === undefined ? {} : { bymonthday: rule.byMonthDay }),
    ...(rule.byYearDay === undefined ? {} : { byyearday: rule.byYearDay }),
    ...(rule.byWeekNo === undefined ? {} : { byweekno: rule.byWeekNo }),
    ...(rule.byHour === undefined ? {} : { byhour: rule.byHour }),
    ...(rule.byMinute === undefined ? {} : { byminute: rule.byMinute }),
    ...(rule.bySecond === undefined ? {} : { bysecond: rule.bySecond }),
    ...(rule.bySetPosition === undefined ? {} : { bysetpos: rule.bySetPosition }),
  };
}

/** What names days, together with what it can sensibly be combined with: rrule looks for a day that never comes to the end
 * of time. */
const DAY_PARTS = ['byMonth', 'byMonthDay', 'byYearDay', 'byWeekNo', 'byDay'] as const;
function isLikely(rule: RecurrenceRule): boolean {
  const parts = DAY_PARTS.filter((part) => rule[part] !== undefined);
  const below = rule.frequency === 'hourly' || rule.frequency === 'minutely' || rule.frequency === 'secondly';
  const finer = [rule.byMinute, rule.frequency === 'hourly' ? undefined : rule.byMinute, rule.bySecond];
  if (below && rule.interval !== undefined && finer.some((part) => part !== undefined)) return false;
  if (below) return parts.length <= 1 && rule.byHour === undefined;
  const nth = rule.byDay?.filter(({ nthOfPeriod }) => nthOfPeriod !== undefined).length ?? 0;
  // rrule takes those that are both, of nth weekdays and of others in one list, where each counts (RFC 5545 3.3.10).
  if (nth > 0 && nth < (rule.byDay?.length ?? 0)) return false;
  // rrule takes all days of a week that is named without any, where the start's weekday is meant (RFC 8984 4.3.3.1).
  if (rule.byWeekNo !== undefined) return parts.length === 2 && rule.byDay !== undefined && nth === 0;
  if (rule.byYearDay !== undefined) return parts.length === 1;
  if (nth > 0 && rule.byMonthDay !== undefined) return false;
  if (rule.byMonth !== undefined && rule.frequency === 'monthly' && rule.interval !== undefined) return false;
  if (rule.byMonth !== undefined && rule.byMonthDay?.every((day) => Math.abs(day) > 28) === true)
    return false;
  return parts.length <= 2;
}

const start = fc
  .tuple(whole(2000, 2035), whole(1, 12), whole(1, 28), whole(0, 23), whole(0, 59), whole(0, 59))
  .map(([y, ...rest]) => {
    const [mo = '', d = '', h = '', mi = '', s = ''] = rest.map((part) => String(part).padStart(2, '0'));
    return parseLocal(`${y}-${mo}-${d}T${h}:${mi}:${s}`) ?? 0;
  });

test('a thousand random rules unfold as an independent implementation unfolds them', () => {
  const years = { yearly: 8, monthly: 4, weekly: 3, daily: 2, hourly: 0.1, minutely: 0.05, secondly: 0.01 };
  const rules = fc
    .constantFrom(...FREQUENCIES)
    .chain(ruleOf)
    .filter(isLikely);
  let compared = 0;
  fc.assert(
    fc.property(rules, start, (rule, begin) => {
      const to = begin + Math.floor(years[rule.frequency] * 366) * 86_400;
      // With us the start always counts (RFC 8984 4.3.3.1), with them only where it fits; and they count positions in the
      // first week from the start on, not from the beginning of the week.
      const from = begin + (rule.frequency === 'weekly' && rule.bySetPosition !== undefined ? 7 * 86_400 : 1);
      const theirs = new RRule(options(rule, begin))
        .between(new Date(from * 1000), new Date(to * 1000), true, (_, i) => i < 400)
        .map((date) => formatLocal(date.getTime() / 1000));
      const ours: string[] = [];
      for (const time of seriesTimes(seriesOf({ recurrenceRules: [rule] }, begin), { to })) {
        if (ours.length >= 401) break;
        if (time >= from) ours.push(formatLocal(time));
      }
      compared++;
      if (JSON.stringify(ours.slice(0, 400)) !== JSON.stringify(theirs.slice(0, 400))) {
        const at = ours.findIndex((one, i) => one !== theirs[i]);
        throw new Error(
          `${formatLocal(begin)} at ${at}: ours ${ours.slice(Math.max(0, at), at + 5)} theirs ${theirs.slice(Math.max(0, at), at + 5)}`,
        );
      }
    }),
    { numRuns: 1000, seed: 5545, endOnFailure: true },
  );
  expect(compared).toBeGreaterThanOrEqual(1000);
}, 60_000);
