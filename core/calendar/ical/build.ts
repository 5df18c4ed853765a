import type { ICalComponent, ICalProperty } from '../../../codecs/ical/index.ts';
import type { LocalDateTime } from '../types.ts';

export type Params = ICalProperty['params'];

export function property(name: string, type: string, value: unknown, params: Params = {}): ICalProperty {
  return { name, params, type, values: [value] };
}

export function component(
  name: string,
  properties: ICalProperty[],
  components: ICalComponent[] = [],
): ICalComponent {
  return { name, line: 0, properties, components };
}

/** How the times of one object are written. */
export interface TimeForm {
  /** null is floating. */
  zone: string | null;
  /** As dates. */
  asDate: boolean;
}

/** A local time of an object: as a date, in UTC, with its zone, or floating. */
export function timeProperty(
  name: string,
  local: LocalDateTime,
  { zone, asDate }: TimeForm,
  params: Params = {},
): ICalProperty {
  if (asDate) return property(name, 'date', local.slice(0, 10), params);
  if (zone === null) return property(name, 'date-time', local.slice(0, 19), params);
  if (zone === 'Etc/UTC') return property(name, 'date-time', `${local.slice(0, 19)}Z`, params);
  return property(name, 'date-time', local.slice(0, 19), { tzid: zone, ...params });
}

/** A UTCDateTime. */
export function utcProperty(name: string, utc: string): ICalProperty {
  return property(name, 'date-time', `${utc.slice(0, 19)}Z`);
}

function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** jCal that a document kept (RFC 7265), as far as it is any. */
export function fromJCal(value: unknown): ICalProperty[] {
  if (!Array.isArray(value)) return [];
  const [name, params, type, ...values]: unknown[] = value;
  if (typeof name !== 'string' || typeof type !== 'string' || !isParams(params) || values.length === 0)
    return [];
  return [{ name, params, type, values }];
}

export function componentFromJCal(value: unknown, depth = 0): ICalComponent[] {
  if (!Array.isArray(value) || depth > 6) return [];
  const [name, properties, components]: unknown[] = value;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/i.test(name)) return [];
  return [
    component(
      name,
      (Array.isArray(properties) ? properties : []).flatMap(fromJCal),
      (Array.isArray(components) ? components : []).flatMap((one) => componentFromJCal(one, depth + 1)),
    ),
  ];
}
