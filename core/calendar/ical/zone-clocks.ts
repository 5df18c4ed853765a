import type { ICalComponent } from '../../../codecs/ical/index.ts';
import { DAY, dateOfDay, daysInMonth, type LocalSeconds, parseLocal, weekdayOf } from '../time/civil.ts';
import { fixedZone } from '../zones/fixed.ts';
import { nearestZone, shapeOffset } from '../zones/nearest.ts';
import { type ChangeRule, changesOf, type ZoneShape } from '../zones/shape.ts';
import { all, first, readTime, text } from './values.ts';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
/** Observances and single changes of one definition that are looked at: real ones have a few dozen. */
const MAX_OBSERVANCES = 300;
/** Years of one definition that are remembered. */
const MAX_KNOWN = 400;

/** STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545 3.6.5). Times are local, as the clocks were before. */
interface Observance {
  kind: 'standard' | 'daylight';
  /** Seconds ahead of UTC from then on. */
  offset: number;
  /** In order; with a rule, the first one. */
  onsets: LocalSeconds[];
  rule: ChangeRule | null;
  /** Of the rule, UTC taken for local: a day too much or too little is no year. */
  until: LocalSeconds;
}

/** The clocks that a VTIMEZONE defines, as zones that there are. */
export class ZoneClocks {
  readonly #observances: Observance[];
  readonly #shapes = new Map<number, ZoneShape | null>();
  readonly #nearest = new Map<string, string | null>();

  constructor(definition: ICalComponent) {
    this.#observances = definition.components
      .filter(({ name }) => name === 'standard' || name === 'daylight')
      .slice(0, MAX_OBSERVANCES)
      .flatMap((one) => observance(one) ?? [])
      .sort((a, b) => (a.onsets[0] ?? 0) - (b.onsets[0] ?? 0));
  }

  /** The zone that has these clocks in the year of a time; else what they are ahead of UTC then. null without any. */
  zoneAt(local: LocalSeconds): string | null {
    if (this.#observances.length === 0) return null;
    const { year } = dateOfDay(Math.floor(local / DAY));
    const shape = this.#shapeOf(year) ?? { standard: this.#offsetAt(local, year), daylight: null };
    const key = `${year} ${shape.daylight === null ? shape.standard : ''}`;
    let zone = this.#nearest.get(key);
    if (zone === undefined) {
      if (this.#nearest.size >= MAX_KNOWN) this.#nearest.clear();
      zone = nearestZone(shape, null, Date.UTC(year, 6, 1));
      this.#nearest.set(key, zone);
    }
    return zone ?? fixedZone(offsetOfShape(shape, local));
  }

  /** Of a year in which the clocks are set twice, by rules or once; null for other years. */
  #shapeOf(year: number): ZoneShape | null {
    const known = this.#shapes.get(year);
    if (known !== undefined) return known;
    if (this.#shapes.size >= MAX_KNOWN) this.#shapes.clear();
    const [standard, daylight] = (['standard', 'daylight'] as const).map((kind) =>
      this.#changeIn(year, kind),
    );
    const shape: ZoneShape | null =
      standard === undefined || daylight === undefined || standard.offset === daylight.offset
        ? null
        : {
            standard: standard.offset,
            daylight: { offset: daylight.offset, begins: daylight.rule, ends: standard.rule },
          };
    this.#shapes.set(year, shape);
    return shape;
  }

  #changeIn(year: number, kind: Observance['kind']): { offset: number; rule: ChangeRule } | undefined {
    const found = this.#observances.flatMap((one) => {
      const rule = one.kind === kind ? ruleIn(one, year) : null;
      return rule === null ? [] : [{ offset: one.offset, rule }];
    });
    return found.at(-1);
  }

  /** After the last change before a time; before all of them, the first standard time. */
  #offsetAt(local: LocalSeconds, year: number): number {
    let last: { at: LocalSeconds; offset: number } | null = null;
    for (const { onsets, rule, until, offset } of this.#observances) {
      const [begins = 0] = onsets;
      const times = rule === null ? onsets : [begins, ruleTimeIn(rule, year - 1), ruleTimeIn(rule, year)];
      for (const at of times) {
        const holds = at <= local && at >= begins && at <= until;
        if (holds && (last === null || at >= last.at)) last = { at, offset };
      }
    }
    const [first] = this.#observances;
    const standard = this.#observances.find(({ kind }) => kind === 'standard') ?? first;
    return last?.offset ?? standard?.offset ?? 0;
  }
}

function offsetOfShape(shape: ZoneShape, local: LocalSeconds): number {
  const guess = shapeOffset(shape, (local - shape.standard) * 1000);
  return shapeOffset(shape, (local - guess) * 1000);
}

/** The rule by which an observance begins in a year, if it does. */
function ruleIn({ rule, onsets, until }: Observance, year: number): ChangeRule | null {
  if (rule !== null) {
    const at = ruleTimeIn(rule, year);
    // Its first onset may be told later than by the rule: of the year that it begins in.
    const begins = dateOfDay(Math.floor((onsets[0] ?? 0) / DAY)).year <= year;
    return begins && at <= until ? rule : null;
  }
  const onset = onsets.find((at) => dateOfDay(Math.floor(at / DAY)).year === year);
  return onset === undefined ? null : ruleOfDate(onset);
}

/** The rule that a single change looks like. */
function ruleOfDate(onset: LocalSeconds): ChangeRule {
  const days = Math.floor(onset / DAY);
  const { year, month, day } = dateOfDay(days);
  const isLast = day > daysInMonth(year, month) - 7;
  return {
    ...{ month, weekday: weekdayOf(days), week: isLast ? 5 : Math.ceil(day / 7) },
    time: onset - days * DAY,
  };
}

function ruleTimeIn(rule: ChangeRule, year: number): LocalSeconds {
  // Where clocks go from nothing to nothing, a change is told in UTC.
  const shape: ZoneShape = { standard: 0, daylight: { offset: 0, begins: rule, ends: rule } };
  return (changesOf(shape, year)[0]?.at ?? 0) / 1000;
}

function observance(component: ICalComponent): Observance | null {
  const offset = /^([+-])(\d{2}):?(\d{2})(?::?\d{2})?$/.exec(text(component, 'tzoffsetto') ?? '');
  const starts = [...all(component, 'dtstart').slice(0, 1), ...all(component, 'rdate')].flatMap((one) =>
    one.values.slice(0, MAX_OBSERVANCES).flatMap((value) => parseLocal(readTime(value, one)?.local) ?? []),
  );
  const [onset] = starts;
  if (offset === null || onset === undefined) return null;
  const seconds = (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3]) * 60);
  const rule = first(component, 'rrule');
  const recur = rule?.values[0];
  const until = rule === null ? null : readTime(fieldOf(recur, 'until'), rule);
  return {
    kind: component.name === 'daylight' ? 'daylight' : 'standard',
    offset: seconds || 0,
    onsets: starts.sort((a, b) => a - b),
    rule: yearlyChange(recur, ((onset % DAY) + DAY) % DAY),
    until: parseLocal(until?.local) ?? Number.POSITIVE_INFINITY,
  };
}

function fieldOf(recur: unknown, name: string): unknown {
  return typeof recur === 'object' && recur !== null ? (recur as Record<string, unknown>)[name] : undefined;
}

/** `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`, also as a span of days of the month; null for other rules. */
function yearlyChange(recur: unknown, time: number): ChangeRule | null {
  const [bymonth, byday, bymonthday] = ['bymonth', 'byday', 'bymonthday'].map((name) => fieldOf(recur, name));
  const day = /^([+-]?\d)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(
    Array.isArray(byday) ? String(byday[0]) : String(byday),
  );
  const month = Number(Array.isArray(bymonth) ? bymonth[0] : bymonth);
  if (day === null || !Number.isInteger(month) || month < 1 || month > 12) return null;
  const days = Array.isArray(bymonthday) ? bymonthday.map(Number) : [];
  const nth = day[1] === undefined ? Math.ceil(Math.min(...days) / 7) : Number(day[1]);
  if (!Number.isFinite(nth) || nth === 0) return null;
  return { month, weekday: WEEKDAYS.indexOf(day[2] ?? 'SU'), week: nth < 0 || nth > 4 ? 5 : nth, time };
}
