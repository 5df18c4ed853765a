import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import { fixedZone } from '../../../core/calendar/zones/fixed.ts';
import { windowsZoneOf, zoneOf } from '../../../core/calendar/zones/names.ts';
import { nearestZone } from '../../../core/calendar/zones/nearest.ts';
import { type ChangeRule, shapeOf, type ZoneShape } from '../../../core/calendar/zones/shape.ts';
import { readOffset, readTime, writeOffset } from './times.ts';
import { displayNameOf } from './zone-names.ts';

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Id and Name of a zone as clients know it: Windows' own, or that of IANA where Windows has none. */
export function zoneNames(zone: string): { '@Id': string; '@Name': string } {
  if (zone === 'Etc/UTC') return { '@Id': 'UTC', '@Name': '(UTC) Coordinated Universal Time' };
  const id = windowsZoneOf(zone) ?? zone.replace(/^\//, 'UTC');
  return { '@Id': id, '@Name': displayNameOf(id, zone) };
}

/**
 * A zone as a TimeZoneDefinition (MS-OXWSGTZ 3.1.4.1.3.9): a period of standard time, one of daylight time where there is
 * one, and the rules of each stretch of years that has rules of its own.
 * @param years from the first of them on, in order
 */
export function zoneDefinition(zone: string, years: readonly number[], names = zoneNames(zone)): XmlObject {
  const id = names['@Id'];
  const stretches: { from: number; shape: ZoneShape }[] = [];
  for (const year of years) {
    const shape = shapeOf(zone, Date.UTC(year, 5, 15));
    const last = stretches.at(-1);
    if (last === undefined || JSON.stringify(last.shape) !== JSON.stringify(shape)) {
      stretches.push({ from: year, shape });
    }
  }
  const periods: XmlObject[] = [];
  const groups: XmlObject[] = [];
  const transitions: XmlPair[] = [];
  for (const [n, { from, shape }] of stretches.entries()) {
    const period = (kind: string) => `trule:Microsoft/Registry/${id}/${from}-${kind}`;
    const { standard, daylight } = shape;
    periods.push({ '@Bias': writeOffset(-standard), '@Name': 'Standard', '@Id': period('Standard') });
    const to = (kind: string): XmlObject => ({ '@Kind': 'Period', '#': period(kind) });
    if (daylight === null) groups.push({ '@Id': n, $: [['Transition', { To: to('Standard') }]] });
    else {
      periods.push({
        '@Bias': writeOffset(-daylight.offset),
        '@Name': 'Daylight',
        '@Id': period('Daylight'),
      });
      groups.push({
        '@Id': n,
        $: [
          ['RecurringDayTransition', { To: to('Daylight'), ...changeOf(daylight.begins) }],
          ['RecurringDayTransition', { To: to('Standard'), ...changeOf(daylight.ends) }],
        ],
      });
    }
    const target: XmlObject = { '@Kind': 'Group', '#': n };
    if (n === 0) transitions.push(['Transition', { To: target }]);
    else transitions.push(['AbsoluteDateTransition', { To: target, DateTime: `${from}-01-01T00:00:00` }]);
  }
  return {
    ...names,
    Periods: { Period: periods },
    TransitionsGroups: { TransitionsGroup: groups },
    Transitions: { $: transitions },
  };
}

function changeOf({ month, weekday, week, time }: ChangeRule): XmlObject {
  return {
    TimeOffset: writeOffset(time),
    Month: month,
    DayOfWeek: DAY_NAMES[weekday] ?? 'Sunday',
    Occurrence: week === 5 ? -1 : week,
  };
}

/**
 * The zone that a StartTimeZone, EndTimeZone or TimeZoneDefinition means: by its id, by its name, by the clocks that it
 * defines. null where nothing can be told of it.
 * @param around milliseconds since the epoch, in the year whose rules are meant
 */
export function readZone(element: XmlElement | null, around: number): string | null {
  if (element === null) return null;
  const { Id = '', Name = '' } = element.attributes;
  const named = zoneOf(Id) ?? zoneOf(Name);
  if (named !== null) return named;
  const shape = definedShape(element, around);
  if (shape === null) return null;
  return nearestZone(shape, null, around) ?? fixedZone(shape.standard);
}

function definedShape(element: XmlElement, around: number): ZoneShape | null {
  const biases = new Map<string, { name: string; offset: number }>();
  for (const { attributes } of children(child(element, 'Periods'), 'Period')) {
    const bias = readOffset(attributes['Bias'] ?? '');
    if (bias !== null)
      biases.set(attributes['Id'] ?? '', { name: attributes['Name'] ?? '', offset: -bias || 0 });
  }
  const group = groupAt(element, around);
  const steps = (group?.children ?? []).flatMap((one) => {
    const period = biases.get(textOf(one, 'To') ?? '');
    return period === undefined ? [] : [{ period, rule: ruleOf(one) }];
  });
  const standard = steps.find(({ period }) => period.name !== 'Daylight')?.period ?? [...biases.values()][0];
  if (standard === undefined) return null;
  const begins = steps.find(({ period }) => period.name === 'Daylight');
  const ends = steps.find(({ period }) => period.name !== 'Daylight');
  const changes = begins?.rule && ends?.rule && begins.period.offset !== standard.offset;
  return {
    standard: standard.offset,
    daylight: changes
      ? { offset: begins.period.offset, begins: begins.rule as ChangeRule, ends: ends.rule as ChangeRule }
      : null,
  };
}

/** The group of rules in force in the year of a time. */
function groupAt(element: XmlElement, around: number): XmlElement | null {
  const groups = children(child(element, 'TransitionsGroups'), 'TransitionsGroup');
  let named: string | null = null;
  for (const one of child(element, 'Transitions')?.children ?? []) {
    const from = readTime(textOf(one, 'DateTime') ?? '', 'Etc/UTC') ?? Number.NEGATIVE_INFINITY;
    if (at(one, 'To')?.attributes['Kind'] === 'Group' && from <= around) named = textOf(one, 'To');
  }
  return groups.find(({ attributes }) => attributes['Id'] === named) ?? groups[0] ?? null;
}

function ruleOf(change: XmlElement): ChangeRule | null {
  const time = readOffset(textOf(change, 'TimeOffset') ?? '');
  const month = Number(textOf(change, 'Month'));
  const weekday = DAY_NAMES.indexOf(textOf(change, 'DayOfWeek') ?? '');
  const week = Number(textOf(change, 'Occurrence') ?? Number.NaN);
  if (time === null || !(month >= 1 && month <= 12) || weekday < 0 || !Number.isInteger(week)) return null;
  return { month, weekday, week: week < 0 || week > 4 ? 5 : Math.max(1, week), time };
}

/** MeetingTimeZone of Exchange 2007 (MS-OXWSMTGS 2.2.4.33): a name, or offsets from UTC with their signs turned round. */
export function readMeetingZone(element: XmlElement | null, around: number): string | null {
  if (element === null) return null;
  const named = zoneOf(element.attributes['TimeZoneName'] ?? '');
  if (named !== null) return named;
  const base = readOffset(textOf(element, 'BaseOffset') ?? '');
  if (base === null) return null;
  const [standard, daylight] = [child(element, 'Standard'), child(element, 'Daylight')];
  const offset = -(base + (readOffset(textOf(standard, 'Offset') ?? '') ?? 0)) || 0;
  const summer = -(base + (readOffset(textOf(daylight, 'Offset') ?? '') ?? 0)) || 0;
  const [begins, ends] = [oldRule(daylight), oldRule(standard)];
  const changes = begins !== null && ends !== null && summer !== offset;
  const shape: ZoneShape = { standard: offset, daylight: changes ? { offset: summer, begins, ends } : null };
  return nearestZone(shape, null, around) ?? fixedZone(offset);
}

const INDEXES = ['First', 'Second', 'Third', 'Fourth', 'Last'];

function oldRule(change: XmlElement | null): ChangeRule | null {
  const pattern = child(change, 'RelativeYearlyRecurrence');
  const months = [
    ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
    ...['August', 'September', 'October', 'November', 'December'],
  ];
  const month = months.indexOf(textOf(pattern, 'Month') ?? '') + 1;
  const weekday = DAY_NAMES.indexOf(textOf(pattern, 'DaysOfWeek') ?? '');
  const week = INDEXES.indexOf(textOf(pattern, 'DayOfWeekIndex') ?? '') + 1;
  const clock = /^(\d{2}):(\d{2}):(\d{2})/.exec(textOf(change, 'Time') ?? '');
  if (month === 0 || weekday < 0 || week === 0 || clock === null) return null;
  return { month, weekday, week, time: Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) };
}
