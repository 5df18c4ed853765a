import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import { parseLocal } from '../time/civil.ts';
import type { LocalDateTime } from '../types.ts';

export function first(component: ICalComponent, name: string): ICalProperty | null {
  return component.properties.find((property) => property.name === name) ?? null;
}

export function all(component: ICalComponent, name: string): ICalProperty[] {
  return component.properties.filter((property) => property.name === name);
}

/** The only value of a property as text, or null. Escapes of a type that no standard knows are undone. */
export function textOf(property: ICalProperty | null): string | null {
  const value = property?.values[0];
  if (typeof value !== 'string') return typeof value === 'number' ? String(value) : null;
  if (property?.type !== 'unknown') return value;
  return value.replace(/\\([nN,;\\])/g, (_, char: string) => (char === 'n' || char === 'N' ? '\n' : char));
}

export function text(component: ICalComponent, name: string): string | null {
  return textOf(first(component, name));
}

export function wholeNumber(component: ICalComponent, name: string): number | null {
  const value = first(component, name)?.values[0];
  const number = typeof value === 'number' ? value : Number(value ?? Number.NaN);
  return Number.isInteger(number) ? number : null;
}

export function param(property: ICalProperty | null, name: string): string | null {
  const value = property?.params[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

/** A time as it stands in a property: of a date, its midnight. */
export interface ICalTime {
  local: LocalDateTime;
  isDate: boolean;
  isUtc: boolean;
  tzid: string | null;
}

/** Basic and extended forms, with what people leave out of them. */
const TIME = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2}):?(\d{2})?:?(Z)?)?$/;

/** null for what is no time. */
export function readTime(value: unknown, property: ICalProperty): ICalTime | null {
  const text = Array.isArray(value) ? value[0] : value;
  const found = typeof text === 'string' ? TIME.exec(text.trim()) : null;
  if (found === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zulu] = found;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}`;
  if (parseLocal(local) === null) return null;
  const isDate = found[4] === undefined;
  const isUtc = zulu !== undefined;
  return { local, isDate, isUtc, tzid: isDate || isUtc ? null : param(property, 'tzid') };
}

/** UTCDateTime of a property, or null; a time without zone is taken as UTC, which it has to be. */
export function utc(component: ICalComponent, name: string): string | null {
  const property = first(component, name);
  const time = property === null ? null : readTime(property.values[0], property);
  return time === null ? null : `${time.local}Z`;
}
