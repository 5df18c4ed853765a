import { zonesOfWindows } from '../../../core/calendar/zones/names.ts';
import { shapeOf } from '../../../core/calendar/zones/shape.ts';

/** Cities that are told of a zone. */
const MAX_CITIES = 4;

/** `(UTC+01:00) Berlin, Busingen, Vaduz, Zurich`: standard time, and some of the places that keep it. */
export function displayNameOf(windows: string, zone: string): string {
  const now = Date.UTC(2026, 0, 1);
  const offset = shapeOf(zone, now).standard;
  const size = Math.abs(Math.round(offset / 60));
  const two = (value: number) => String(value).padStart(2, '0');
  const ahead =
    size === 0 ? 'UTC' : `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  const cities = zonesOfWindows(windows)
    .filter((one) => one.includes('/') && !/^(?:Etc|US|Canada|Brazil|Chile|Mexico)\//.test(one))
    .map((one) => one.slice(one.lastIndexOf('/') + 1).replaceAll('_', ' '));
  const words = [...new Set(cities)].slice(0, MAX_CITIES).join(', ');
  return `(${ahead}) ${words === '' ? windows : words}`;
}
