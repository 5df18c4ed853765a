import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { fixedZone } from '../../../core/calendar/zones/fixed.ts';
import { nearestZone } from '../../../core/calendar/zones/nearest.ts';
import { type ChangeRule, shapeOf, type ZoneShape } from '../../../core/calendar/zones/shape.ts';
import { EwsError } from '../errors.ts';

const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * The zone of a SerializableTimeZone (MS-OXWAVLS 2.2.4.28): nearest to its clocks in the year of `around`.
 * @throws EwsError ErrorInvalidTimeZone… where it is none
 */
export function readSerializableZone(element: XmlElement, around: number): string {
  const bias = minutesOf(element, 'Bias');
  const [standard, daylight] = [child(element, 'StandardTime'), child(element, 'DaylightTime')];
  const offset = -60 * (bias + (standard === null ? 0 : minutesOf(standard, 'Bias'))) || 0;
  const summer = -60 * (bias + (daylight === null ? 0 : minutesOf(daylight, 'Bias'))) || 0;
  const [begins, ends] = [ruleOf(daylight), ruleOf(standard)];
  const changes = begins !== null && ends !== null && summer !== offset;
  if (!changes) return fixedZone(offset);
  const shape: ZoneShape = { standard: offset, daylight: { offset: summer, begins, ends } };
  return nearestZone(shape, null, around) ?? fixedZone(offset);
}

function minutesOf(element: XmlElement, name: string): number {
  const text = textOf(element, name) ?? '0';
  const value = /^[+-]?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) <= 1440)) throw new EwsError('ErrorTimeZone', 'The time zone is none.');
  return value;
}

/** null where the clocks are not set: a month of 0, or nothing. */
function ruleOf(element: XmlElement | null): ChangeRule | null {
  const month = Number(textOf(element, 'Month') ?? 0);
  const week = Number(textOf(element, 'DayOrder') ?? 0);
  const weekday = DAY_NAMES.indexOf(textOf(element, 'DayOfWeek') ?? '');
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(textOf(element, 'Time') ?? '');
  if (!(month >= 1 && month <= 12) || !(week >= 1 && week <= 5) || weekday < 0 || clock === null) return null;
  const time = Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  return { month, weekday, week, time };
}

/** A zone as a SerializableTimeZone, with the rules of the year of a time. */
export function serializableZone(zone: string, at: number): XmlObject {
  const { standard, daylight } = shapeOf(zone, at);
  const bias = (seconds: number) => Math.round(seconds / 60) || 0;
  if (daylight === null) {
    const never = { Bias: 0, Time: '00:00:00', DayOrder: 1, Month: 1, DayOfWeek: 'Sunday' };
    return { Bias: bias(-standard), StandardTime: never, DaylightTime: { ...never, DayOrder: 5, Month: 12 } };
  }
  return {
    Bias: bias(-standard),
    StandardTime: { Bias: 0, ...changeOf(daylight.ends) },
    DaylightTime: { Bias: bias(standard - daylight.offset), ...changeOf(daylight.begins) },
  };
}

function changeOf({ month, weekday, week, time }: ChangeRule): XmlObject {
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    Time: `${two(Math.floor(time / 3600) % 24)}:${two(Math.floor(time / 60) % 60)}:${two(time % 60)}`,
    DayOrder: week,
    Month: month,
    DayOfWeek: DAY_NAMES[weekday] ?? 'Sunday',
  };
}
