import { fixedZone, isCustomZone } from './fixed.ts';
import { isZone } from './offsets.ts';
import windowsData from './windows.data.json' with { type: 'json' };

const table: Record<string, string[]> = windowsData;
const toIana = new Map<string, string>();
const toWindows = new Map<string, string>();
/** IANA names by their lower-case form. */
const spelling = new Map<string, string>();
/** `amsterdam` to `Europe/Amsterdam`: what display names of Windows are made of. */
const cities = new Map<string, string>();
for (const [windows, zones] of Object.entries(table)) {
  const main = zones[0];
  if (main === undefined) continue;
  toIana.set(windows.toLowerCase(), main);
  for (const zone of zones) {
    toWindows.set(zone, windows);
    spelling.set(zone.toLowerCase(), zone);
    const slash = zone.lastIndexOf('/');
    if (slash > 0 && !zone.startsWith('Etc/')) {
      cities.set(
        zone
          .slice(slash + 1)
          .replaceAll('_', ' ')
          .toLowerCase(),
        zone,
      );
    }
  }
}

/** The first zone of each name of Windows. */
export const MAIN_ZONES: readonly string[] = [...toIana.values()];
/** All zones with a name of Windows. */
export const ALL_ZONES: readonly string[] = [...toWindows.keys()];

/** Names of Windows in their order. */
export const WINDOWS_ZONES: readonly string[] = Object.keys(table);

/** Zones of IANA under a name of Windows, the main one first; none for another name. */
export function zonesOfWindows(windows: string): readonly string[] {
  return Object.hasOwn(table, windows) ? (table[windows] ?? []) : [];
}

/** The name of Windows for a zone of IANA, e.g. `W. Europe Standard Time`, or null where there is none. */
export function windowsZoneOf(zone: string): string | null {
  return toWindows.get(spelling.get(zone.toLowerCase()) ?? zone) ?? null;
}

/**
 * The zone that a name means, as people and programs write it: IANA's in any case, Windows' (`Pacific Standard Time`),
 * Outlook's for display (`(UTC+01:00) Amsterdam, Berlin, …`), one behind a prefix (`/example.org/20250101/Europe/Berlin`),
 * a fixed distance (`UTC+5:30`). null for others.
 */
export function zoneOf(name: string): string | null {
  const text = name.trim().replace(/^"(.*)"$/, '$1');
  if (text === '' || text.length > 128) return null;
  if (isCustomZone(text)) return text;
  return iana(text) ?? windows(text) ?? behindPrefix(text) ?? displayed(text) ?? distance(text);
}

function iana(text: string): string | null {
  const known = spelling.get(text.toLowerCase());
  if (known !== undefined) return /^(?:utc|gmt|zulu|z)$/i.test(text) ? 'Etc/UTC' : known;
  return text.includes('/') && isZone(text) ? text : null;
}

function windows(text: string): string | null {
  const lower = text
    .toLowerCase()
    .replace('daylight time', 'standard time')
    .replace('summer time', 'standard time');
  return toIana.get(lower) ?? toIana.get(`${lower} standard time`) ?? null;
}

function behindPrefix(text: string): string | null {
  if (!text.includes('/')) return null;
  const parts = text.split('/').slice(-3);
  for (let from = 0; from < parts.length; from++) {
    const rest = parts.slice(from).join('/');
    const found = rest === '' ? null : (iana(rest) ?? windows(rest));
    if (found !== null) return found;
  }
  return null;
}

function displayed(text: string): string | null {
  const found = /^\((?:UTC|GMT)[^)]{0,12}\) {0,4}(.+)$/i.exec(text);
  if (found?.[1] === undefined) return null;
  const american = /^(Eastern|Central|Mountain|Pacific|Atlantic) Time \((?:US|Canada)/i.exec(found[1]);
  if (american?.[1] !== undefined) return windows(american[1]);
  for (const city of found[1].split(',')) {
    const zone = cities.get(city.trim().toLowerCase());
    // Its main zone is what Windows keeps under this name.
    if (zone !== undefined) return table[toWindows.get(zone) ?? '']?.[0] ?? zone;
  }
  return windows(found[1]) ?? distance(text.slice(1, text.indexOf(')')));
}

function distance(text: string): string | null {
  const found = /^(?:UTC|GMT) ?([+-]) ?(\d{1,2}):?(\d{2})?$/i.exec(text);
  if (found === null) return null;
  const size = Number(found[2]) * 3600 + Number(found[3] ?? 0) * 60;
  return size > 14 * 3600 ? null : fixedZone(found[1] === '-' ? -size : size);
}
